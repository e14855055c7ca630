package org.epdrouter.openai;

import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON bytes for a parser that only needs their structure: one char per byte, and long runs
 * inside strings shortened to their first {@value #KEPT} bytes, at the speed of memory. Checks on
 * the way that strings are UTF-8, and says where each delivered char stands in the bytes.
 *
 * <p><b>Why this cannot hide a syntax error.</b> The only state is whether the next byte is inside
 * a string and whether a backslash precedes it. Up to the first syntax error of a document a quote
 * either delimits a string or follows a backslash in one, so up to there the state is the parser's
 * own. What is left out is inside a string and is neither quote, backslash nor control character,
 * and (as {@value #KEPT} bytes were delivered since the last backslash) is not part of an escape: a
 * byte that no JSON grammar can object to, and that is checked here to be UTF-8. Every other byte
 * is delivered, the first wrong one among them, and after it the parser has stopped. Past a syntax
 * error the state may be wrong, and nothing depends on it.
 *
 * <p>A string that was shortened still has {@value #KEPT} characters in a row that are not escapes,
 * so it never equals one of the (shorter) names that decide about routing. Chars above 127 are
 * single bytes of a multi-byte character: text that may hold them is decoded from the bytes, see
 * {@link JsonText}.
 *
 * <p>Not thread-safe. Allocates nothing per byte; malformed UTF-8 is reported once all bytes before
 * it are read.
 */
final class CondensingReader extends Reader {
  static final int KEPT = 128;

  private static final long EACH = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long QUOTES = '"' * EACH;
  private static final long BACKSLASHES = '\\' * EACH;
  private static final long TWOS = 0x02 * EACH;
  private static final long CONTROLS_OR_QUOTE = 0x21 * EACH;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ByteBuffer[] parts;
  private final Elisions elisions = new Elisions();
  private final Utf8Check utf8 = new Utf8Check();
  private ByteBuffer in;
  private int nextPart;
  private int finishedBytes;
  private int delivered;
  private boolean inString;
  private boolean escaped;
  private int run;
  private @Nullable MalformedUtf8Exception failure;

  /** Reads the buffers one after the other, moving their positions. */
  CondensingReader(ByteBuffer... parts) {
    this.parts = parts;
    this.in = NOTHING;
  }

  /** Where in the bytes the char with that offset (from 0, among those delivered) stands. */
  int original(long charOffset) {
    return elisions.original((int) charOffset);
  }

  @Override
  public int read(char[] out, int offset, int length) throws IOException {
    if (failure != null) {
      throw failure;
    }
    int to = offset;
    int end = offset + length;
    while (to < end && failure == null && (in.hasRemaining() || openNextPart())) {
      if (inString && run >= KEPT && !escaped) {
        elideRun(delivered + to - offset);
      } else if (!escaped && !utf8.isPending()) {
        to = copyPlain(out, to, end);
      }
      if (to < end && failure == null && in.hasRemaining() && step(in.get(in.position()) & 0xFF)) {
        out[to++] = (char) (in.get() & 0xFF);
      }
    }
    delivered += to - offset;
    if (to > offset) {
      return to - offset;
    }
    if (failure != null) {
      throw failure;
    }
    return length == 0 ? 0 : -1;
  }

  @Override
  public void close() {}

  private boolean openNextPart() {
    finishedBytes += in.limit();
    in = NOTHING;
    while (nextPart < parts.length && !in.hasRemaining()) {
      in = parts[nextPart++].slice().order(ByteOrder.LITTLE_ENDIAN);
    }
    return in.hasRemaining();
  }

  /**
   * Copies bytes that do not change the state, eight at a time, while that many remain on both
   * sides.
   */
  private int copyPlain(char[] out, int from, int end) {
    int to = from;
    int at = in.position();
    int lastWord = in.limit() - Long.BYTES;
    while (at <= lastWord && to <= end - Long.BYTES && run < KEPT) {
      long word = in.getLong(at);
      long special = inString ? special(word) : quotes(word);
      for (int i = 0; i < Long.BYTES; i++) {
        out[to + i] = (char) ((word >>> (i << 3)) & 0xFF);
      }
      int plain = Long.numberOfTrailingZeros(special) >>> 3;
      at += plain;
      to += plain;
      if (inString) {
        run += plain;
      }
      if (special != 0) {
        break;
      }
    }
    in.position(at);
    return to;
  }

  /** Takes note of a byte; false if it must not be delivered because it is not UTF-8. */
  private boolean step(int b) {
    if (!inString) {
      inString = b == '"';
      run = 0;
      return true;
    }
    if (escaped) {
      escaped = false;
      return true;
    }
    if (!utf8.accept(b)) {
      failure = new MalformedUtf8Exception(finishedBytes + in.position());
      return false;
    }
    run++;
    if (b == '\\') {
      escaped = true;
      run = 0;
    } else if (b == '"') {
      inString = false;
      run = 0;
    }
    return true;
  }

  private void elideRun(int position) {
    int elided = 0;
    do {
      int from = in.position();
      skipRun();
      elided += in.position() - from;
    } while (failure == null && !in.hasRemaining() && openNextPart());
    if (elided > 0) {
      elisions.add(position, elided);
    }
  }

  /** Moves past everything in this part that ends neither string nor run. */
  private void skipRun() {
    int at = in.position();
    int limit = in.limit();
    while (at < limit) {
      if (!utf8.isPending()) {
        at = skipAscii(at, limit);
        if (at == limit) {
          break;
        }
      }
      int b = in.get(at) & 0xFF;
      if (!utf8.isPending() && (b < 0x20 || b == '"' || b == '\\')) {
        break;
      }
      if (!utf8.accept(b)) {
        failure = new MalformedUtf8Exception(finishedBytes + at);
        break;
      }
      at++;
    }
    in.position(at);
  }

  private int skipAscii(int from, int limit) {
    ByteBuffer bytes = in;
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
      long special = special(bytes.getLong(at));
      if (special != 0) {
        return at + (Long.numberOfTrailingZeros(special) >>> 3);
      }
      at += Long.BYTES;
    }
    return at;
  }

  /** High bit of each byte that is a quote; of bytes above the first one in error, too. */
  private static long quotes(long word) {
    long zeroes = word ^ QUOTES;
    return (zeroes - EACH) & ~zeroes & HIGH_BITS;
  }

  /**
   * High bit of each byte that is quote, backslash, control or not ASCII; above the first one in
   * error, too.
   */
  private static long special(long word) {
    return flags(word) & HIGH_BITS;
  }

  /**
   * As {@link #special}, with the other bits undefined. Exchanging 20 with 22 (hex) puts the quote
   * just above the control characters, so that one subtraction finds both; it borrows from the next
   * byte only where it found one.
   */
  private static long flags(long word) {
    return ((word ^ TWOS) - CONTROLS_OR_QUOTE) | ((word ^ BACKSLASHES) - EACH) | word;
  }
}
