package org.epdrouter.openai;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An error object as OpenAI's API sends it.
 *
 * @param message for people; names what was expected
 * @param type the class of error, see {@link #typeOf}
 * @param param the request member that is to blame, or null
 * @param code for programs, for example {@code worker_unavailable}
 */
public record OpenAiError(String message, String type, @Nullable String param, String code) {
  public static final String INVALID_REQUEST = "invalid_request_error";
  public static final String AUTHENTICATION = "authentication_error";
  public static final String RATE_LIMIT = "rate_limit_error";
  public static final String SERVER = "server_error";

  /** The type that OpenAI's API gives errors with that HTTP status. */
  public static String typeOf(int status) {
    return switch (status) {
      case 401 -> AUTHENTICATION;
      case 429 -> RATE_LIMIT;
      default -> status >= 500 ? SERVER : INVALID_REQUEST;
    };
  }

  /** {@code {"error":{"message":…,"type":…,"param":…,"code":…}}} in UTF-8. */
  public byte[] toJson() {
    StringBuilder json = new StringBuilder(message.length() + 100);
    json.append("{\"error\":{\"message\":");
    append(json, message);
    json.append(",\"type\":");
    append(json, type);
    json.append(",\"param\":");
    append(json, param);
    json.append(",\"code\":");
    append(json, code);
    return json.append("}}").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void append(StringBuilder json, @Nullable String value) {
    if (value == null) {
      json.append("null");
      return;
    }
    json.append('"');
    JsonStringEncoder.getInstance().quoteAsString(value, json);
    json.append('"');
  }
}
