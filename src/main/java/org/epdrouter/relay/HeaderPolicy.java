package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which headers pass between a client and the pipeline; all others stay outside. Immutable. */
final class HeaderPolicy {

  /** What belongs to a body, or to an error, whoever it comes from. */
  private static final List<String> ANSWERS =
      List.of("Content-Encoding", "Retry-After", "Allow", "WWW-Authenticate", "x-should-retry");

  private final List<String> forwarded;
  private final List<String> returned;

  /**
   * A policy.
   *
   * @param forwarded comma-separated names that pass in both directions
   */
  HeaderPolicy(String forwarded) {
    this.forwarded =
        Arrays.stream(forwarded.split(",", -1))
            .map(String::trim)
            .filter(name -> !name.isEmpty())
            .toList();
    this.returned = Stream.concat(this.forwarded.stream(), ANSWERS.stream()).toList();
  }

  /** Puts the request's headers that may pass on the message. */
  void let(HttpHeaders request, Map<String, Object> message) {
    for (String name : forwarded) {
      List<String> values = request.getAll(name);
      if (!values.isEmpty()) {
        message.put(name, values.size() == 1 ? values.get(0) : values);
      }
    }
    String authorization = request.get(HttpHeaderNames.AUTHORIZATION);
    if (authorization != null) {
      message.put("Authorization", authorization);
    }
  }

  /** Puts the message's headers that may pass on the answer. */
  void answer(Map<String, Object> message, HttpHeaders answer) {
    for (String name : returned) {
      Object value = message.get(name);
      if (value instanceof Iterable<?> values) {
        values.forEach(one -> answer.add(name, one));
      } else if (value != null) {
        answer.set(name, value);
      }
    }
  }
}
