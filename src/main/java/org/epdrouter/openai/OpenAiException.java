package org.epdrouter.openai;

import java.io.Serial;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to the client when a request fails: status, headers and body. Either the router's own,
 * made from an {@link OpenAiError}, or a worker's, passed on as it came. Has no stack trace, since
 * it is an answer and not a fault. Immutable.
 */
public final class OpenAiException extends RuntimeException {
  public static final String JSON = "application/json";

  @Serial private static final long serialVersionUID = 1L;

  private final int status;
  private final String contentType;
  private final byte[] body;
  private final transient Map<String, String> headers;
  private final boolean fromWorker;

  private OpenAiException(
      String message,
      int status,
      String contentType,
      byte[] body,
      Map<String, String> headers,
      boolean fromWorker) {
    super(message, null, false, false);
    this.status = status;
    this.contentType = contentType;
    this.body = body;
    this.headers = headers;
    this.fromWorker = fromWorker;
  }

  /** 400: the request is at fault, by its member {@code param} if that is not null. */
  public static OpenAiException invalid(String message, @Nullable String param, String code) {
    return of(400, new OpenAiError(message, OpenAiError.INVALID_REQUEST, param, code));
  }

  /** The router's own answer. */
  public static OpenAiException of(int status, OpenAiError error) {
    return new OpenAiException(error.message(), status, JSON, error.toJson(), Map.of(), false);
  }

  /**
   * A worker's answer as it came.
   *
   * @param contentType null if the worker named none: RFC 9110 section 8.3 allows to call that
   *     octets
   * @param body not copied, and not to be changed any more
   * @param headers those that go to the client
   */
  public static OpenAiException ofWorker(
      int status, @Nullable String contentType, byte[] body, Map<String, String> headers) {
    return new OpenAiException(
        "worker answered " + status,
        status,
        contentType == null ? "application/octet-stream" : contentType,
        body,
        copyOf(headers),
        true);
  }

  /** A copy with one more header, or with another value for it. */
  public OpenAiException withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.keySet().removeIf(name::equalsIgnoreCase);
    more.put(name, value);
    return new OpenAiException(
        String.valueOf(getMessage()), status, contentType, body, copyOf(more), fromWorker);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  public String contentType() {
    return contentType;
  }

  /** The answer's bytes; not to be changed. */
  public byte[] body() {
    return body;
  }

  /** Headers besides content type and length, in the order in which they were added. */
  public Map<String, String> headers() {
    return headers;
  }

  /** Whether a worker said this, and not the router. */
  public boolean fromWorker() {
    return fromWorker;
  }

  private static Map<String, String> copyOf(Map<String, String> headers) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }
}
