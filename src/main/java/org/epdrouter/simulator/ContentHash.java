package org.epdrouter.simulator;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of a media string right in the request's bytes, so that an image of many megabytes is
 * never copied to the heap. Only a string with JSON escapes is decoded first.
 */
final class ContentHash {
  private final ByteBuf body;
  private final JsonParser parser;

  ContentHash(ByteBuf body, JsonParser parser) {
    this.body = body;
    this.parser = parser;
  }

  static String of(String text) {
    MessageDigest digest = sha256();
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Of {@code "…"}, {@code {"url":"…"}} or {@code {"data":"…"}} where the parser stands; leaves it
   * at the value's end. Null when there is no content.
   */
  @Nullable String ofMedia() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      String hash = ofString();
      parser.skipChildren();
      return hash;
    }
    String hash = null;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      if (name.equals("url") || name.equals("data")) {
        hash = ofString();
      }
      parser.skipChildren();
    }
    return hash;
  }

  private @Nullable String ofString() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      return null;
    }
    int start = (int) parser.currentTokenLocation().getByteOffset() + 1;
    int end = body.forEachByte(start, body.writerIndex() - start, b -> b != '"' && b != '\\');
    if (end < 0 || body.getByte(end) == '\\') {
      return of(parser.getText());
    }
    MessageDigest digest = sha256();
    for (ByteBuffer piece : body.nioBuffers(start, end - start)) {
      digest.update(piece);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
