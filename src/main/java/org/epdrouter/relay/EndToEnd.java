package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * Headers that go through a proxy; the others belong to one connection (RFC 9110 7.6.1), to
 * framing, or to Camel.
 */
final class EndToEnd {

  private static final Set<String> STAYING =
      names(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "content-length",
          "expect",
          "host");

  private EndToEnd() {}

  static boolean passes(String name) {
    return !name.regionMatches(true, 0, "camel", 0, 5) && !STAYING.contains(name);
  }

  /** Adds a message's header to those of a request, if it may go there. */
  static void copy(String name, Object value, HttpHeaders headers) {
    if (value == null || !passes(name)) {
      return;
    }
    if (value instanceof Iterable<?> values) {
      values.forEach(one -> headers.add(name, String.valueOf(one)));
    } else {
      headers.set(name, String.valueOf(value));
    }
  }

  /** Compares as it goes: a name in lower case would be a new string for every header. */
  private static Set<String> names(String... names) {
    Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    Collections.addAll(set, names);
    return Collections.unmodifiableSet(set);
  }
}
