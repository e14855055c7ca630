package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks the raw bytes of a request head for what Netty's parser still takes but two parsers may
 * read in two ways. Rules from RFC 9110 and RFC 9112; a head that breaks one is refused as a whole,
 * before anything of it is acted on. Not thread-safe.
 */
final class RequestHead {

  private static final boolean[] TOKEN = token();
  private static final Pattern HOST =
      Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._~!$&'()*+;=%-]*)(?::[0-9]{0,5})?");
  private static final int MAX_DIGITS = 18;

  private final byte[] head;
  private boolean hasHost;
  private boolean hasLength;
  private boolean hasCoding;

  private RequestHead(byte[] head) {
    this.head = head;
  }

  private static boolean[] token() {
    boolean[] token = new boolean[256];
    for (char c = '!'; c <= '~'; c++) {
      token[c] = "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
    }
    return token;
  }

  /**
   * Checks a head.
   *
   * @param start index of the request line's first byte
   * @param end index behind the empty line that ends the head
   * @return what is wrong with it, or null
   */
  static @Nullable String oddity(ByteBuf bytes, int start, int end) {
    byte[] head = new byte[end - start];
    bytes.getBytes(start, head);
    return new RequestHead(head).oddity();
  }

  private @Nullable String oddity() {
    String oddity = octets();
    if (oddity != null) {
      return oddity;
    }
    int lineEnd = lineEnd(0);
    boolean http11 = head[lineEnd - 1] == '1';
    oddity = requestLine(lineEnd);
    for (int line = lineEnd + 2; oddity == null && line < head.length - 2; line = lineEnd + 2) {
      lineEnd = lineEnd(line);
      oddity = field(line, lineEnd);
    }
    return oddity == null && http11 && !hasHost ? "no host header" : oddity;
  }

  /** Lines end in CRLF and nothing else, and no other control character but TAB is there. */
  private @Nullable String octets() {
    for (int index = 0; index < head.length; index++) {
      int octet = head[index] & 0xff;
      if (octet == '\r') {
        index++;
        if (head[index] != '\n') {
          return "a line that does not end in CRLF";
        }
      } else if (octet == '\n') {
        return "a line that does not end in CRLF";
      } else if ((octet < ' ' && octet != '\t') || octet == 0x7f) {
        return "a control character";
      }
    }
    return head[0] == '\r' ? "no request line" : null;
  }

  private int lineEnd(int from) {
    int index = from;
    while (head[index] != '\r') {
      index++;
    }
    return index;
  }

  /** RFC 9112 3: method SP request-target SP HTTP-version, nothing else. */
  private @Nullable String requestLine(int end) {
    int method = 0;
    while (TOKEN[head[method] & 0xff]) {
      method++;
    }
    int target = method + 1;
    while (target < end && head[target] > ' ') {
      target++;
    }
    if (method == 0 || head[method] != ' ') {
      return "a method that is not a token";
    }
    if (target == method + 1 || target >= end || head[target] != ' ') {
      return "a request line that is not 'method target version'";
    }
    String version = text(target + 1, end);
    return version.equals("HTTP/1.1") || version.equals("HTTP/1.0")
        ? null
        : "a version that is not HTTP/1.1 or HTTP/1.0";
  }

  private @Nullable String field(int start, int end) {
    int colon = start;
    while (TOKEN[head[colon] & 0xff]) {
      colon++;
    }
    if (colon == start || head[colon] != ':') {
      return "a header line without a proper name";
    }
    return switch (colon - start) {
      case 4 -> isNamed("host", start) ? host(colon + 1, end) : null;
      case 14 -> isNamed("content-length", start) ? length(colon + 1, end) : null;
      case 17 -> isNamed("transfer-encoding", start) ? coding(colon + 1, end) : null;
      default -> null;
    };
  }

  private boolean isNamed(String name, int start) {
    for (int index = 0; index < name.length(); index++) {
      if ((head[start + index] | 0x20) != name.charAt(index)) {
        return false;
      }
    }
    return true;
  }

  private @Nullable String host(int start, int end) {
    if (hasHost) {
      return "more than one host header";
    }
    hasHost = true;
    return HOST.matcher(value(start, end)).matches() ? null : "a host header that is not a host";
  }

  private @Nullable String length(int start, int end) {
    if (hasLength) {
      return "more than one content-length header";
    }
    hasLength = true;
    String value = value(start, end);
    boolean proper =
        !value.isEmpty()
            && value.length() <= MAX_DIGITS
            && value.chars().allMatch(c -> c >= '0' && c <= '9')
            && (value.charAt(0) != '0' || value.length() == 1);
    return proper ? null : "a content-length that is not a plain number";
  }

  private @Nullable String coding(int start, int end) {
    if (hasCoding) {
      return "more than one transfer-encoding header";
    }
    hasCoding = true;
    return value(start, end).equalsIgnoreCase("chunked")
        ? null
        : "a transfer-encoding that is not chunked";
  }

  private String value(int start, int end) {
    int from = start;
    int to = end;
    while (from < to && isBlank(head[from])) {
      from++;
    }
    while (to > from && isBlank(head[to - 1])) {
      to--;
    }
    return text(from, to);
  }

  private static boolean isBlank(byte octet) {
    return octet == ' ' || octet == '\t';
  }

  private String text(int start, int end) {
    return new String(head, start, end - start, StandardCharsets.ISO_8859_1);
  }
}
