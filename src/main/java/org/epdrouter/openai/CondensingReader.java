package org.epdrouter.openai;

import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON bytes for a parser that only needs their structure: one char per byte, and strings
 * shortened to about their first {@value #KEPT} bytes, at the speed of memory. Checks on the way
 * that strings are UTF-8, and says where each delivered char stands in the bytes.
 *
 * <p><b>Why this cannot hide a syntax error.</b> The only state is whether the next byte is inside
 * a string and whether it is inside an escape. Up to the first syntax error of a document a quote
 * either delimits a string or is escaped in one, so up to there the state is the parser's own. What
 * is left out stands inside a string and is whole characters of it, each of which is valid by
 * itself: UTF-8 that is neither quote, backslash nor control character, or one of the escapes of
 * RFC 8259 section 7. No JSON grammar can object to those, nor to their absence. Every other byte
 * is delivered, the first wrong one among them, and there the parser stops. Past a syntax error the
 * state may be wrong, and nothing depends on it.
 *
 * <p>Of a string that was shortened at least {@value #KEPT} bytes remain, which even as escapes are
 * more characters than any name has on which routing depends, so it is never taken for one. Chars
 * above 127 are single bytes of a character: text that may hold them is decoded from the bytes, see
 * {@link JsonText}.
 *
 * <p>Not thread-safe. Allocates nothing per byte; malformed UTF-8 is reported once all bytes before
 * it are read.
 */
final class CondensingReader extends Reader {
  static final int KEPT = 128;

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
  private int hexDigits;
  private int kept;
  private @Nullable MalformedUtf8Exception failure;

  /** Reads the buffers one after the other, from position to limit, and leaves them as they are. */
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
    int to = offset;
    int end = offset + length;
    while (to < end && failure == null && (in.hasRemaining() || openNextPart())) {
      if (isLongEnough()) {
        elide(delivered + to - offset);
      }
      if (failure == null && in.hasRemaining()) {
        to = deliver(out, to, end);
      }
    }
    delivered += to - offset;
    if (to == offset && failure != null) {
      throw failure;
    }
    return to > offset || length == 0 ? to - offset : -1;
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
   * Delivers bytes of this part, at least one of them, until a string is long enough to be
   * shortened.
   */
  private int deliver(char[] out, int from, int end) {
    int start = in.position();
    int shift = from - start;
    int limit = start + Math.min(in.remaining(), end - from);
    int at = start;
    do {
      at =
          inString ? deliverString(at, limit, out, shift) : deliverStructure(at, limit, out, shift);
    } while (at < limit && failure == null && !isLongEnough());
    in.position(at);
    return at + shift;
  }

  private boolean isLongEnough() {
    return kept >= KEPT && !escaped && hexDigits == 0;
  }

  /** Delivers what stands between strings, and the quote that ends it. */
  private int deliverStructure(int from, int limit, char[] out, int shift) {
    ByteBuffer bytes = in;
    int at = from;
    byte b;
    do {
      b = bytes.get(at);
      out[at + shift] = (char) (b & 0xFF);
      at++;
    } while (b != '"' && at < limit);
    inString = b == '"';
    return at;
  }

  /** Delivers plain bytes of a string up to the first one that is not, and that one. */
  private int deliverString(int from, int limit, char[] out, int shift) {
    ByteBuffer bytes = in;
    int at = from;
    byte b = bytes.get(at);
    if (!escaped && hexDigits == 0 && !utf8.isPending()) {
      int last = Math.min(limit, from + KEPT - kept) - 1;
      while (StringBytes.isPlain(b) && at < last) {
        out[at + shift] = (char) b;
        b = bytes.get(++at);
      }
      kept += at - from;
    }
    if (step(b & 0xFF, at)) {
      out[at + shift] = (char) (b & 0xFF);
      at++;
    }
    return at;
  }

  /** Takes note of a byte of a string; false if it must not be delivered since it is not UTF-8. */
  private boolean step(int b, int at) {
    kept++;
    if (escaped) {
      escaped = false;
      hexDigits = b == 'u' ? 4 : 0;
    } else if (hexDigits > 0) {
      hexDigits--;
    } else if (!utf8.accept(b)) {
      failure = new MalformedUtf8Exception(finishedBytes + at);
      return false;
    } else if (b == '\\') {
      escaped = true;
    } else if (b == '"') {
      inString = false;
      kept = 0;
    }
    return true;
  }

  private void elide(int position) {
    int elided = 0;
    do {
      int from = in.position();
      skipCharacters();
      elided += in.position() - from;
    } while (failure == null && !in.hasRemaining() && openNextPart());
    if (elided > 0) {
      elisions.add(position, elided);
    }
  }

  /**
   * Moves over whole valid characters of the string; one that this part cuts is left, unless it is
   * beyond ASCII.
   */
  private void skipCharacters() {
    ByteBuffer bytes = in;
    int at = bytes.position();
    int limit = bytes.limit();
    while (at < limit) {
      int b = bytes.get(at);
      int width;
      if (b < 0 || utf8.isPending()) {
        width = utf8.isPending() || at > limit - 4 ? 0 : Utf8Check.width(bytes.getInt(at));
        if (width == 0) {
          if (!utf8.accept(b & 0xFF)) {
            failure = new MalformedUtf8Exception(finishedBytes + at);
            break;
          }
          width = 1;
        }
      } else if (b == '\\') {
        width = StringBytes.escapeWidth(bytes, at, limit);
      } else if (b == '"' || b < 0x20) {
        width = 0;
      } else {
        width = StringBytes.plainEnd(bytes, at, limit) - at;
      }
      if (width == 0) {
        break;
      }
      at += width;
    }
    bytes.position(at);
  }
}
