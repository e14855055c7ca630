package org.epdrouter.openai;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * How much work a request asks for, where limits may apply: the largest number found, since a
 * worker may read any of a member's repetitions.
 */
final class Demand {

  /** What a value counts as that is no plain number: a worker may make one of it. */
  static final long UNCLEAR = Long.MAX_VALUE;

  private static final int MAX_DIGITS = 18;

  private long choices;
  private long tokens;

  /** Takes the value of that member, at which the cursor is, if it says how much is asked for. */
  void read(String name, JsonToken value, JsonCursor json) throws IOException {
    switch (name) {
      case ChatFields.N, ChatFields.BEST_OF -> choices = Math.max(choices, number(value, json));
      case ChatFields.MAX_TOKENS, ChatFields.MAX_COMPLETION_TOKENS ->
          tokens = Math.max(tokens, number(value, json));
      default -> {}
    }
  }

  private static long number(JsonToken value, JsonCursor json) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return 0;
    }
    if (value != JsonToken.VALUE_NUMBER_INT) {
      return UNCLEAR;
    }
    String digits = json.text();
    if (digits.startsWith("-")) {
      return 0;
    }
    return digits.length() > MAX_DIGITS ? UNCLEAR : Long.parseLong(digits);
  }

  long choices() {
    return choices;
  }

  long tokens() {
    return tokens;
  }
}
