package org.epdrouter.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response as a client got it.
 *
 * @param statusLine without its CRLF
 * @param headers in the order and case of the wire
 * @param chunks the body in the chunks it came in; one if it was not chunked, none if it was empty
 * @param trailers header lines after the last chunk
 * @param ending how the body ended
 * @param informational status codes of the 1xx responses before it
 */
public record RawResponse(
    String statusLine,
    List<Header> headers,
    List<Chunk> chunks,
    List<Header> trailers,
    Ending ending,
    List<Integer> informational) {

  /** How a body ended. */
  public enum Ending {
    /** By its last chunk, by its length, or by the close of a connection that promised neither. */
    COMPLETE,
    /** By FIN before it was whole. */
    TRUNCATED,
    /** By RST before it was whole. */
    RESET
  }

  /** Part of a body. */
  public static final class Chunk {
    private final byte[] bytes;
    private final long arrivedNanos = System.nanoTime();

    Chunk(byte[] bytes) {
      this.bytes = bytes;
    }

    public byte[] bytes() {
      return bytes;
    }

    /** When its last byte had been read, by {@link System#nanoTime}. */
    public long arrivedNanos() {
      return arrivedNanos;
    }

    public String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  public int status() {
    return Integer.parseInt(statusLine.substring(9, 12));
  }

  /** The reason phrase; may be empty. */
  public String reason() {
    return statusLine.length() > 13 ? statusLine.substring(13) : "";
  }

  public @Nullable String header(String name) {
    return Header.first(headers, name);
  }

  public List<String> headerValues(String name) {
    return Header.all(headers, name);
  }

  public byte[] body() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    chunks.forEach(c -> body.writeBytes(c.bytes()));
    return body.toByteArray();
  }

  public String text() {
    return new String(body(), StandardCharsets.UTF_8);
  }

  public JsonNode json() {
    return Json.parse(text());
  }

  public boolean isComplete() {
    return ending == Ending.COMPLETE;
  }

  /** The text of every chunk. */
  public List<String> chunkTexts() {
    return chunks.stream().map(Chunk::text).toList();
  }

  @Override
  public String toString() {
    String text = text();
    return statusLine
        + " "
        + headers
        + " "
        + ending
        + " "
        + (text.length() > 2000 ? text.length() + " characters" : text);
  }
}
