package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The router's entry in {@code Via} headers (RFC 9110 7.6.3), under a name of its own, so that it
 * knows itself again.
 */
public final class Via {

  private static final String HEADER = "Via";

  private final String name =
      "epd-router-%06x".formatted(ThreadLocalRandom.current().nextInt(1 << 24));
  private final String entry = "1.1 " + name;

  /** Whether a message has been here before: its way is a circle. */
  boolean isIn(HttpHeaders headers) {
    return headers.contains(HttpHeaderNames.VIA)
        && headers.getAll(HttpHeaderNames.VIA).stream().anyMatch(value -> value.contains(name));
  }

  /** Keeps what the request has come through, for the calls that are made for it. */
  static void keep(HttpHeaders request, Map<String, Object> message) {
    if (request.contains(HttpHeaderNames.VIA)) {
      message.put(HEADER, String.join(", ", request.getAll(HttpHeaderNames.VIA)));
    }
  }

  /** Adds the router behind what the message has come through before. */
  void append(@Nullable Object former, HttpHeaders headers) {
    headers.set(HttpHeaderNames.VIA, former == null ? entry : former + ", " + entry);
  }
}
