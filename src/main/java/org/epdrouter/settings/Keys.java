package org.epdrouter.settings;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The table of every key that the router reads. A new setting is one line here and one entry in
 * {@code config/application.properties}.
 */
public final class Keys {
  /** What all keys start with. */
  static final String PREFIX = "router.";

  public static final String HOST = "router.host";
  public static final String PORT = "router.port";
  public static final String ENCODE_URLS = "router.encode.urls";
  public static final String PREFILL_URLS = "router.prefill.urls";
  public static final String DECODE_URLS = "router.decode.urls";
  public static final String TLS_CERTIFICATE = "router.tls.certificate";

  /** Derived: whether there is no encode stage; for {@code disabled} in routes. */
  public static final String ENCODE_DISABLED = "router.encode.disabled";

  /** Derived: whether there is no prefill stage; for {@code disabled} in routes. */
  public static final String PREFILL_DISABLED = "router.prefill.disabled";

  /** Rules by key, in the order of the alphabet. */
  static final Map<String, Rule> RULES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry(HOST, Rule.host()),
              Map.entry(PORT, Rule.number(0, 65_535)),
              Map.entry(ENCODE_URLS, Rule.workerUrls()),
              Map.entry(PREFILL_URLS, Rule.workerUrlsOrDisabled()),
              Map.entry(DECODE_URLS, Rule.workerUrls()),
              Map.entry("router.encode.max-tokens", Rule.number(1, 1_000_000).orEmpty()),
              Map.entry("router.forward-headers", Rule.headerNames()),
              Map.entry("router.api-keys", Rule.keyDigests()),
              Map.entry("router.workers.api-key", Rule.bearer()),
              Map.entry(TLS_CERTIFICATE, Rule.file()),
              Map.entry("router.tls.key", Rule.file()),
              Map.entry("router.tls.client-ca", Rule.file()),
              Map.entry("router.tls.client-auth", Rule.oneOf("required", "optional")),
              Map.entry("router.tls.reload", Rule.duration().orOff()),
              Map.entry("router.workers.tls.ca", Rule.file()),
              Map.entry("router.workers.tls.certificate", Rule.file()),
              Map.entry("router.workers.tls.key", Rule.file()),
              Map.entry("router.media.allow", Rule.mediaSources()),
              Map.entry("router.connect-timeout", Rule.duration()),
              Map.entry("router.encode.timeout", Rule.duration()),
              Map.entry("router.prefill.timeout", Rule.duration()),
              Map.entry("router.decode.first-byte-timeout", Rule.duration()),
              Map.entry("router.decode.idle-timeout", Rule.duration()),
              Map.entry("router.request-timeout", Rule.duration().orOff()),
              Map.entry("router.worker-keep-alive", Rule.duration()),
              Map.entry("router.header-timeout", Rule.duration()),
              Map.entry("router.body-timeout", Rule.duration()),
              Map.entry("router.client-idle-timeout", Rule.duration()),
              Map.entry("router.max-body", Rule.size()),
              Map.entry("router.max-answer", Rule.size()),
              Map.entry("router.max-header", Rule.size()),
              Map.entry("router.max-uri", Rule.size()),
              Map.entry("router.max-requests", Rule.number(1, 10_000_000)),
              Map.entry("router.max-body-memory", Rule.largeSize().orEmpty()),
              Map.entry("router.max-choices", Rule.number(0, 1_000_000)),
              Map.entry("router.max-tokens", Rule.number(0, 1_000_000_000)),
              Map.entry("router.retry.budget", Rule.number(0, 100)),
              Map.entry("router.retry.least", Rule.number(0, 1_000_000)),
              Map.entry("router.breaker.failures", Rule.number(0, 10_000)),
              Map.entry("router.breaker.open", Rule.duration()),
              Map.entry("router.breaker.half-open", Rule.number(1, 1_000)),
              Map.entry("router.slow-start", Rule.duration().orOff()),
              Map.entry("router.health.interval", Rule.duration().orOff()),
              Map.entry("router.health.timeout", Rule.duration()),
              Map.entry("router.health.threshold", Rule.number(1, 1_000)),
              Map.entry("router.jms.broker-url", Rule.word("a broker URL")),
              Map.entry("router.jms.user", Rule.text()),
              Map.entry("router.jms.password", Rule.text()),
              Map.entry("router.jms.queue", Rule.word("the name of a queue")),
              Map.entry("router.jms.consumers", Rule.number(1, 1_000)),
              Map.entry("router.jms.max-in-flight", Rule.number(1, 1_000_000)),
              Map.entry("router.threads", Rule.number(0, 1_024))));

  private static final int TYPO = 4;

  private static final Pattern LIKE_A_SECRET =
      Pattern.compile(".*(key|secret|token|password).*", Pattern.CASE_INSENSITIVE);

  private Keys() {}

  /** Whether a value of this key, known or not, may be shown to nobody. */
  static boolean isSecret(String key) {
    Rule rule = RULES.get(key);
    return rule == null ? LIKE_A_SECRET.matcher(key).matches() : rule.secret();
  }

  /** The known key that {@code unknown} was probably meant to be. */
  static Optional<String> similarTo(String unknown) {
    return RULES.keySet().stream()
        .filter(key -> distance(key, unknown) <= TYPO)
        .min(Comparator.comparingInt(key -> distance(key, unknown)));
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
