package org.epdrouter.openai;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told whose request cannot be read. Shows no more of the body than a few
 * characters.
 */
final class Refusals {
  private static final String INVALID_JSON = "invalid_json";
  private static final String INVALID_REQUEST = "invalid_request";
  private static final int SHOWN = 200;

  /** What Jackson adds for programmers. */
  private static final Pattern ASIDE =
      Pattern.compile(
          "(?s), from `[^`]*`|: enable `.*| \\((start marker|for \\w+ starting) at .*|\n.*");

  private Refusals() {}

  static OpenAiException notUtf8(MalformedUtf8Exception e) {
    return invalidJson("not UTF-8 at byte " + e.offset(), "JSON in UTF-8");
  }

  static OpenAiException notJson(JsonProcessingException e, JsonCursor json) {
    String problem = Printable.of(ASIDE.matcher(e.getOriginalMessage()).replaceAll(""), SHOWN);
    if (e instanceof StreamConstraintsException) {
      return invalidJson(problem, "a smaller document");
    }
    JsonLocation location = e.getLocation();
    long offset = location == null ? -1 : location.getCharOffset();
    String at = offset < 0 ? "" : " at byte " + json.original(offset);
    return invalidJson("not JSON" + at + ": " + problem, "one JSON object");
  }

  static OpenAiException notAnObject(int offset) {
    return invalidJson("another value at byte " + offset, "one JSON object");
  }

  static OpenAiException empty() {
    return invalidJson("empty", "one JSON object");
  }

  static OpenAiException trailing(int offset) {
    return invalidJson("more than one value, at byte " + offset, "one JSON object");
  }

  static OpenAiException twice(String name, int offset) {
    return invalid(name, "given again at byte " + offset, "at most once");
  }

  static OpenAiException missing(String name, String expected) {
    return invalid(name, "missing", expected);
  }

  static OpenAiException wrongValue(String name, int offset, String expected) {
    return invalid(name, "another value at byte " + offset, expected);
  }

  static OpenAiException reserved(String name, int offset) {
    return invalid(name, "given at byte " + offset, "absent, it is set by the router");
  }

  private static OpenAiException invalid(String name, String problem, String expected) {
    return refuse(name, problem, expected, name, INVALID_REQUEST);
  }

  private static OpenAiException invalidJson(String problem, String expected) {
    return refuse("body", problem, expected, null, INVALID_JSON);
  }

  private static OpenAiException refuse(
      String what, String problem, String expected, @Nullable String param, String code) {
    return OpenAiException.invalid(
        what + ": " + problem + " (expected: " + expected + ")", param, code);
  }
}
