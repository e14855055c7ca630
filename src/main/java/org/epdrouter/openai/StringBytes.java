package org.epdrouter.openai;

import java.nio.ByteBuffer;

/**
 * Finds how far the inside of a JSON string can be skipped: plain ASCII, at the speed of memory,
 * and the escapes of RFC 8259 section 7.
 */
final class StringBytes {
  private static final long EACH = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long BACKSLASHES = '\\' * EACH;
  private static final long TWOS = 0x02L * EACH;
  private static final long CONTROLS_OR_QUOTE = 0x21L * EACH;

  private StringBytes() {}

  /**
   * Bytes of the valid escape that begins there; 0 if it is not one or does not end in this part.
   */
  static int escapeWidth(ByteBuffer bytes, int at, int limit) {
    if (at + 1 >= limit) {
      return 0;
    }
    return switch (bytes.get(at + 1)) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> 2;
      case 'u' -> at + 5 < limit && isHex(bytes, at + 2) ? 6 : 0;
      default -> 0;
    };
  }

  private static boolean isHex(ByteBuffer bytes, int at) {
    for (int i = at; i < at + 4; i++) {
      if (Character.digit(bytes.get(i), 16) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The next byte that is quote, backslash, control or not ASCII, or the limit; of a buffer that is
   * little endian.
   */
  static int plainEnd(ByteBuffer bytes, int from, int limit) {
    int at = from;
    while (at <= limit - 4 * Long.BYTES) {
      long specials =
          flags(bytes.getLong(at))
              | flags(bytes.getLong(at + 8))
              | flags(bytes.getLong(at + 16))
              | flags(bytes.getLong(at + 24));
      if ((specials & HIGH_BITS) != 0) {
        break;
      }
      at += 4 * Long.BYTES;
    }
    while (at <= limit - Long.BYTES) {
      long special = flags(bytes.getLong(at)) & HIGH_BITS;
      if (special != 0) {
        return at + (Long.numberOfTrailingZeros(special) >>> 3);
      }
      at += Long.BYTES;
    }
    while (at < limit && isPlain(bytes.get(at))) {
      at++;
    }
    return at;
  }

  /** Whether a byte is ASCII and neither quote, backslash nor control. */
  static boolean isPlain(byte b) {
    return b >= 0x20 && b != '"' && b != '\\';
  }

  /**
   * The high bit of each byte that is quote, backslash, control or not ASCII (and perhaps of bytes
   * after the first such one); other bits are undefined. Exchanging hex 20 with 22 puts the quote
   * just above the control characters, so that one subtraction finds both; it borrows from the next
   * byte only where it found one.
   */
  private static long flags(long word) {
    return ((word ^ TWOS) - CONTROLS_OR_QUOTE) | ((word ^ BACKSLASHES) - EACH) | word;
  }
}
