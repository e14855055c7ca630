package org.epdrouter.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP/1.1 strictly from a blocking stream: CRLF line ends only, no folding, nothing
 * repaired. Not thread-safe but for {@link #count}.
 */
final class ByteReader {
  private final InputStream in;
  private final AtomicLong count = new AtomicLong();

  ByteReader(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** How many bytes were consumed. */
  long count() {
    return count.get();
  }

  /** One line without its CRLF, or null when the stream ended before its first byte. */
  @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    while (true) {
      int b = read();
      if (b < 0) {
        if (line.size() == 0) {
          return null;
        }
        throw new EOFException("stream ended inside the line: " + line);
      }
      if (b == '\n') {
        throw new ProtocolException("bare LF after: " + line.toString(StandardCharsets.ISO_8859_1));
      }
      if (b == '\r') {
        if (read() != '\n') {
          throw new ProtocolException(
              "bare CR after: " + line.toString(StandardCharsets.ISO_8859_1));
        }
        return line.toString(StandardCharsets.ISO_8859_1);
      }
      line.write(b);
    }
  }

  /** A line that must be there. */
  String requiredLine() throws IOException {
    String line = line();
    if (line == null) {
      throw new EOFException("stream ended where a line was expected");
    }
    return line;
  }

  /** Header lines up to the empty one. */
  List<Header> headers() throws IOException {
    List<Header> headers = new ArrayList<>();
    for (String line = requiredLine(); !line.isEmpty(); line = requiredLine()) {
      headers.add(Header.parse(line));
    }
    return List.copyOf(headers);
  }

  byte[] exactly(int length) throws IOException {
    byte[] bytes = new byte[length];
    int got = 0;
    while (got < length) {
      int n = in.read(bytes, got, length - got);
      if (n < 0) {
        throw new TruncatedException(Arrays.copyOf(bytes, got), length);
      }
      got += n;
      count.addAndGet(n);
    }
    return bytes;
  }

  /**
   * One chunk's data; an empty array is the last chunk, whose trailers were then added to the list.
   */
  byte[] chunk(List<Header> trailers) throws IOException {
    String size = requiredLine();
    int semicolon = size.indexOf(';');
    String digits = semicolon < 0 ? size : size.substring(0, semicolon);
    if (!digits.matches("[0-9a-fA-F]{1,7}")) {
      throw new ProtocolException("chunk size: " + size + " (expected: hex digits)");
    }
    int length = Integer.parseInt(digits, 16);
    if (length == 0) {
      trailers.addAll(headers());
      return new byte[0];
    }
    byte[] data = exactly(length);
    if (!requiredLine().isEmpty()) {
      throw new ProtocolException("chunk of " + length + " bytes: not followed by CRLF");
    }
    return data;
  }

  /** Whatever comes next, up to 64 KiB; null at the end of the stream. */
  byte @Nullable [] some() throws IOException {
    byte[] buffer = new byte[1 << 16];
    int n = in.read(buffer);
    if (n < 0) {
      return null;
    }
    count.addAndGet(n);
    return Arrays.copyOf(buffer, n);
  }

  private int read() throws IOException {
    int b = in.read();
    if (b >= 0) {
      count.incrementAndGet();
    }
    return b;
  }
}
