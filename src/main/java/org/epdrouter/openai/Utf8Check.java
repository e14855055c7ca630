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

  /**
   * How many bytes the character beyond ASCII has with which four bytes begin; 0 if it is not
   * valid.
   *
   * @param word the four bytes, the first one lowest
   */
  static int width(int word) {
    if ((word & 0xC0C0F0) == 0x8080E0) {
      int high = word & 0x200F;
      return high == 0 || high == 0x200D ? 0 : 3;
    }
    if ((word & 0xC0E0) == 0x80C0) {
      return (word & 0x1E) == 0 ? 0 : 2;
    }
    if ((word & 0xC0C0C0F8) == 0x808080F0) {
      int high = (word & 0x07) << 2 | (word >>> 12 & 0x03);
      return high >= 1 && high <= 16 ? 4 : 0;
    }
    return 0;
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
