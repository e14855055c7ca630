package org.epdrouter.openai;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The text of single JSON strings, decoded from the bytes. Lone surrogates stay as they are. */
final class JsonText {
  private JsonText() {}

  /**
   * The text of a string.
   *
   * @param body a document that was found to be valid JSON and UTF-8
   * @param quote the string's opening quote
   * @param maxBytes the most that may stand between its quotes
   * @return null if there is more
   */
  static @Nullable String decode(ByteBuf body, int quote, int maxBytes) {
    int end = end(body, quote + 1, maxBytes);
    return body.getByte(end) == '"' ? text(body, quote + 1, end) : null;
  }

  /** The beginning of a string: what the first {@code maxBytes} of it, or a few less, stand for. */
  static String prefix(ByteBuf body, int quote, int maxBytes) {
    return text(body, quote + 1, end(body, quote + 1, maxBytes));
  }

  /** The closing quote, or the last boundary between characters within {@code maxBytes}. */
  private static int end(ByteBuf body, int from, int maxBytes) {
    int at = from;
    while (body.getByte(at) != '"') {
      int next = at + width(body, at);
      if (next - from > maxBytes) {
        break;
      }
      at = next;
    }
    return at;
  }

  private static int width(ByteBuf body, int at) {
    int b = body.getUnsignedByte(at);
    if (b == '\\') {
      return body.getByte(at + 1) == 'u' ? 6 : 2;
    }
    return b < 0xC0 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
  }

  private static String text(ByteBuf body, int from, int end) {
    String raw = new String(ByteBufUtil.getBytes(body, from, end - from), StandardCharsets.UTF_8);
    if (raw.indexOf('\\') < 0) {
      return raw;
    }
    StringBuilder text = new StringBuilder(raw.length());
    for (int at = 0; at < raw.length(); at++) {
      char c = raw.charAt(at);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      char escape = raw.charAt(++at);
      if (escape == 'u') {
        text.append((char) Integer.parseInt(raw, at + 1, at + 5, 16));
        at += 4;
      } else {
        text.append(unescape(escape));
      }
    }
    return text.toString();
  }

  private static char unescape(char escape) {
    return switch (escape) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> escape;
    };
  }
}
