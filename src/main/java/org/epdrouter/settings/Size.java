package org.epdrouter.settings;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes.
 *
 * @param bytes zero or more
 */
public record Size(long bytes) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");
  private static final Map<String, Integer> SHIFTS =
      Map.of("", 0, "b", 0, "kb", 10, "kib", 10, "mb", 20, "mib", 20, "gb", 30, "gib", 30);

  /** Refuses a negative size. */
  public Size {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: 0 or more)");
    }
  }

  /**
   * Reads plain bytes ({@code 4096}) or a number with a unit ({@code 20MB}). Units are B, KB, MB
   * and GB in any case; each is 1024 of the one before it, also when written KiB, MiB, GiB.
   *
   * @throws IllegalArgumentException for anything else, and for more than a long holds
   */
  public static Size parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw refused(text);
    }
    Integer shift = SHIFTS.get(matcher.group(2).toLowerCase(Locale.ROOT));
    long number = Long.parseLong(matcher.group(1));
    if (shift == null || number > Long.MAX_VALUE >> shift) {
      throw refused(text);
    }
    return new Size(number << shift);
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException("size: " + text + " (expected: such as 4096 or 20MB)");
  }
}
