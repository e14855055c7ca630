package org.epdrouter.openai;

/**
 * Validates UTF-8 one byte at a time as RFC 3629 section 4 defines it: no overlong forms, no
 * surrogates, nothing past U+10FFFF. Keeps its state between bytes, so that a character may be cut
 * anywhere. Not thread-safe.
 */
final class Utf8Check {
  private int needed;
  private int low;
  private int high;

  /** Whether the bytes so far end inside a character. */
  boolean isPending() {
    return needed > 0;
  }

  /** Takes the next byte (0 to 255); false if it cannot stand there. */
  boolean accept(int b) {
    if (needed > 0) {
      boolean valid = b >= low && b <= high;
      needed--;
      low = 0x80;
      high = 0xBF;
      return valid;
    }
    return b < 0x80 || lead(b);
  }

  private boolean lead(int b) {
    low = 0x80;
    high = 0xBF;
    if (b >= 0xC2 && b <= 0xDF) {
      needed = 1;
    } else if (b >= 0xE0 && b <= 0xEF) {
      needed = 2;
      low = b == 0xE0 ? 0xA0 : 0x80;
      high = b == 0xED ? 0x9F : 0xBF;
    } else if (b >= 0xF0 && b <= 0xF4) {
      needed = 3;
      low = b == 0xF0 ? 0x90 : 0x80;
      high = b == 0xF4 ? 0x8F : 0xBF;
    }
    return needed > 0;
  }
}
