package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.epdrouter.settings.KeyDigest;

/**
 * The keys of which a client needs one; without keys everybody may. Knows only their digests.
 * Immutable.
 */
public final class ApiKeys {

  /** What load balancers ask for, without a key. */
  private static final String OPEN_PATH = "/health";

  private static final String SCHEME = "bearer ";

  private final List<KeyDigest> keys;

  /**
   * The keys.
   *
   * @param digests their {@link KeyDigest}s, comma-separated; may be empty
   */
  public ApiKeys(String digests) {
    this.keys =
        Arrays.stream(digests.split(",", -1))
            .filter(digest -> !digest.isEmpty())
            .map(KeyDigest::parse)
            .toList();
  }

  /** Whether there are none, so that an Authorization is not for the router but for workers. */
  boolean isEmpty() {
    return keys.isEmpty();
  }

  /**
   * Whether a request may come in.
   *
   * @param path as the routes will see it
   * @param hasBody a body is taken from nobody without a key
   */
  boolean letIn(String path, HttpHeaders headers, boolean hasBody) {
    return keys.isEmpty() || (OPEN_PATH.equals(path) && !hasBody) || hasKey(headers);
  }

  /** RFC 6750 2.1, with the scheme in any case (RFC 9110 11.1). */
  private boolean hasKey(HttpHeaders headers) {
    List<String> given = headers.getAll(HttpHeaderNames.AUTHORIZATION);
    if (given.size() != 1 || !given.get(0).toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      return false;
    }
    KeyDigest digest = KeyDigest.of(given.get(0).substring(SCHEME.length()).stripLeading());
    boolean known = false;
    for (KeyDigest key : keys) {
      // Not ||: how long it takes tells nothing of which key it is.
      known |= key.matches(digest);
    }
    return known;
  }
}
