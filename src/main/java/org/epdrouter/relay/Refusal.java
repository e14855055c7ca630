package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpRequest;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.jspecify.annotations.Nullable;

/**
 * A request that is answered without being let in; the connection is closed after the answer.
 *
 * @param request the head of the request, or null if there is none that could be read
 */
record Refusal(OpenAiException answer, @Nullable HttpRequest request) {

  Refusal(OpenAiException answer) {
    this(answer, null);
  }

  /** The refusal of this request. */
  Refusal of(HttpRequest refused) {
    return new Refusal(answer, refused);
  }

  static Refusal malformed(String what) {
    return of(400, "the request is not proper HTTP: " + what, "invalid_request");
  }

  static Refusal uriTooLong(int limit) {
    return of(414, "request target > router.max-uri (%d bytes)".formatted(limit), "uri_too_long");
  }

  static Refusal headTooLarge(int limit) {
    return of(431, "headers > router.max-header (%d bytes)".formatted(limit), "header_too_large");
  }

  static Refusal bodyTooLarge(String size, long limit) {
    return of(413, "body %s > router.max-body (%d bytes)".formatted(size, limit), "body_too_large");
  }

  static Refusal bodyTooSlow(long limit) {
    return of(408, "body took longer than router.body-timeout (%d ms)".formatted(limit), "timeout");
  }

  static Refusal encoded(String coding) {
    return of(415, "Content-Encoding: %s (expected: none)".formatted(coding), "invalid_request");
  }

  static Refusal expectation() {
    return of(417, "Expect: only 100-continue is known", "invalid_request");
  }

  /** RFC 9110 11.6.1. Says the same whatever is wrong with the key. */
  static Refusal unauthorized() {
    return new Refusal(
        OpenAiException.of(
                401,
                new OpenAiError(
                    "no valid API key (expected: Authorization: Bearer KEY, with a key of"
                        + " router.api-keys)",
                    OpenAiError.AUTHENTICATION,
                    null,
                    "unauthorized"))
            .withHeader("WWW-Authenticate", "Bearer"));
  }

  private static Refusal of(int status, String message, String code) {
    return new Refusal(
        OpenAiException.of(status, new OpenAiError(message, "invalid_request_error", null, code)));
  }
}
