package org.epdrouter.settings;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the base URL of a worker. */
final class WorkerUrl {
  // Not java.net.URI: it finds no host in http://encode_1:8000, a legal name of a container.
  private static final Pattern TEXT =
      Pattern.compile(
          "(https?)://(\\[[0-9a-f:.]+]|[a-z0-9._-]+)(?::(\\d{1,5}))?"
              + "((?:/[a-z0-9._~!$&'()*+;=:@%-]+)*)/*",
          Pattern.CASE_INSENSITIVE);
  private static final int MAX_PORT = 65_535;

  private WorkerUrl() {}

  /**
   * Returns the URL in its one form: scheme and host in lower case, no default port, no slash at
   * the end, so that {@code /v1/chat/completions} can be appended.
   *
   * @throws IllegalArgumentException unless {@code text} is http or https, a host, an optional port
   *     and an optional path, and nothing else
   */
  static String normalise(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("url: " + text + " (expected: such as http://gpu-1:8000)");
    }
    String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
    String host = matcher.group(2).toLowerCase(Locale.ROOT);
    return scheme + "://" + host + port(scheme, matcher.group(3)) + matcher.group(4);
  }

  private static String port(String scheme, @Nullable String digits) {
    if (digits == null) {
      return "";
    }
    int port = Integer.parseInt(digits);
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "port: " + port + " (expected: from 1 to " + MAX_PORT + ")");
    }
    return port == ("https".equals(scheme) ? 443 : 80) ? "" : ":" + port;
  }
}
