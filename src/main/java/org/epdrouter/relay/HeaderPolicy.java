package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which headers pass between a client and the pipeline; all others stay outside. Immutable. */
final class HeaderPolicy {

  /** What belongs to a body, or to an error, whoever it comes from. */
  private static final List<String> ANSWERS =
      List.of("Content-Encoding", "Retry-After", "Allow", "WWW-Authenticate", "x-should-retry");

  private static final String AUTHORIZATION = "Authorization";

  /** As Netty looks names up: their hashes are computed once. */
  private final List<AsciiString> forwarded;

  private final List<String> returned;
  private final boolean authorizationPasses;

  /**
   * A policy.
   *
   * @param forwarded comma-separated names that pass in both directions
   * @param authorizationPasses whether the client's Authorization is meant for the workers
   */
  HeaderPolicy(String forwarded, boolean authorizationPasses) {
    this.authorizationPasses = authorizationPasses;
    this.forwarded =
        Arrays.stream(forwarded.split(",", -1))
            .map(String::trim)
            .filter(name -> !name.isEmpty() && !name.equalsIgnoreCase(AUTHORIZATION))
            .map(AsciiString::cached)
            .toList();
    this.returned =
        Stream.concat(this.forwarded.stream().map(AsciiString::toString), ANSWERS.stream())
            .toList();
  }

  /** Puts the request's headers that may pass on the message. */
  void let(HttpHeaders request, Map<String, Object> message) {
    for (AsciiString name : forwarded) {
      if (request.contains(name)) {
        List<String> values = request.getAll(name);
        message.put(name.toString(), values.size() == 1 ? values.get(0) : values);
      }
    }
    String authorization = request.get(HttpHeaderNames.AUTHORIZATION);
    if (authorizationPasses && authorization != null) {
      message.put(AUTHORIZATION, authorization);
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
