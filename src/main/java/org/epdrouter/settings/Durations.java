package org.epdrouter.settings;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations as people write them in settings. */
public final class Durations {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");
  private static final Map<String, Integer> MILLIS =
      Map.of("", 1, "ms", 1, "s", 1_000, "m", 60_000, "h", 3_600_000);

  private Durations() {}

  /**
   * Reads plain milliseconds ({@code 1000}) or a number with a unit: {@code 500ms}, {@code 1s},
   * {@code 5m}, {@code 2h}, in any case.
   *
   * @throws IllegalArgumentException for anything else, and for more milliseconds than a long holds
   */
  public static Duration parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw refused(text);
    }
    Integer millis = MILLIS.get(matcher.group(2).toLowerCase(Locale.ROOT));
    long number = Long.parseLong(matcher.group(1));
    if (millis == null || number > Long.MAX_VALUE / millis) {
      throw refused(text);
    }
    return Duration.ofMillis(number * millis);
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException("duration: " + text + " (expected: such as 500ms or 5m)");
  }
}
