package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Checks the raw bytes of a request head for what Netty's parser still takes but two parsers may
 * read in two ways. Rules from RFC 9110 and RFC 9112; a head that breaks one is refused as a whole,
 * before anything of it is acted on. Not thread-safe.
 */
final class RequestHead {

  private static final boolean[] TOKEN = table("!#$%&'*+-.^_`|~", true);
  private static final boolean[] HOST_NAME = table("-._~!$&'()*+;=%", true);
  private static final boolean[] HOST_ADDRESS = table(":.ABCDEFabcdef0123456789", false);
  private static final int MAX_PORT_DIGITS = 5;
  private static final int MAX_DIGITS = 18;

  private final byte[] head;
  private boolean hasHost;
  private boolean hasLength;
  private boolean hasCoding;

  private RequestHead(byte[] head) {
    this.head = head;
  }

  private static boolean[] table(String marks, boolean alphanumeric) {
    boolean[] table = new boolean[256];
    for (char c = 0; c <= '~'; c++) {
      boolean letterOrDigit =
          (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      table[c] = marks.indexOf(c) >= 0 || (alphanumeric && letterOrDigit);
    }
    return table;
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
    return isHost(start, end) ? null : "a host header that is not a host";
  }

  /** RFC 9110 7.2: uri-host [ ":" port ]. */
  private boolean isHost(int start, int end) {
    int at = valueStart(start, end);
    int to = valueEnd(at, end);
    if (at < to && head[at] == '[') {
      int address = at + 1;
      at = skip(HOST_ADDRESS, address, to);
      if (at == address || at == to || head[at] != ']') {
        return false;
      }
      at++;
    } else {
      at = skip(HOST_NAME, at, to);
    }
    if (at < to && head[at] == ':') {
      int port = at + 1;
      at = skipDigits(port, to);
      return at == to && at - port <= MAX_PORT_DIGITS;
    }
    return at == to;
  }

  private int skip(boolean[] allowed, int from, int to) {
    int at = from;
    while (at < to && allowed[head[at] & 0xff]) {
      at++;
    }
    return at;
  }

  private int skipDigits(int from, int to) {
    int at = from;
    while (at < to && head[at] >= '0' && head[at] <= '9') {
      at++;
    }
    return at;
  }

  private @Nullable String length(int start, int end) {
    if (hasLength) {
      return "more than one content-length header";
    }
    hasLength = true;
    int from = valueStart(start, end);
    int to = valueEnd(from, end);
    int digits = skipDigits(from, to) - from;
    boolean proper =
        digits > 0
            && digits == to - from
            && digits <= MAX_DIGITS
            && (head[from] != '0' || digits == 1);
    return proper ? null : "a content-length that is not a plain number";
  }

  private @Nullable String coding(int start, int end) {
    if (hasCoding) {
      return "more than one transfer-encoding header";
    }
    hasCoding = true;
    int from = valueStart(start, end);
    return text(from, valueEnd(from, end)).equalsIgnoreCase("chunked")
        ? null
        : "a transfer-encoding that is not chunked";
  }

  private int valueStart(int start, int end) {
    int from = start;
    while (from < end && isBlank(head[from])) {
      from++;
    }
    return from;
  }

  private int valueEnd(int from, int end) {
    int to = end;
    while (to > from && isBlank(head[to - 1])) {
      to--;
    }
    return to;
  }

  private static boolean isBlank(byte octet) {
    return octet == ' ' || octet == '\t';
  }

  private String text(int start, int end) {
    return new String(head, start, end - start, StandardCharsets.ISO_8859_1);
  }
}
