package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the raw bytes of a request head for what Netty's parser still takes but two parsers may
 * read in two ways. Rules from RFC 9110 and RFC 9112; a head that breaks one is refused as a whole,
 * before anything of it is acted on.
 */
final class RequestHead {

  private static final Set<String> SINGLE = Set.of("content-length", "transfer-encoding", "host");

  private RequestHead() {}

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
    for (int index = 0; index < head.length; index++) {
      int octet = head[index] & 0xff;
      if (octet == '\r' && head[index + 1] != '\n'
          || octet == '\n' && (index == 0 || head[index - 1] != '\r')) {
        return "a line that does not end in CRLF";
      }
      if (octet < ' ' && octet != '\r' && octet != '\n' && octet != '\t' || octet == 0x7f) {
        return "a control character";
      }
    }
    int lineEnd = lineEnd(head, 0);
    String oddity = requestLine(head, lineEnd);
    Set<String> seen = new HashSet<>();
    for (int line = lineEnd + 2; oddity == null && line < head.length - 2; line = lineEnd + 2) {
      lineEnd = lineEnd(head, line);
      oddity = field(head, line, lineEnd, seen);
    }
    if (oddity == null && !seen.contains("host") && head[lineEndOfVersion(head)] == '1') {
      return "no host header";
    }
    return oddity;
  }

  /** Index of the request line's last digit, the minor version. */
  private static int lineEndOfVersion(byte[] head) {
    return lineEnd(head, 0) - 1;
  }

  private static int lineEnd(byte[] head, int from) {
    int index = from;
    while (head[index] != '\r') {
      index++;
    }
    return index;
  }

  /** RFC 9112 3: method SP request-target SP HTTP-version, nothing else. */
  private static @Nullable String requestLine(byte[] head, int end) {
    String line = new String(head, 0, end, StandardCharsets.ISO_8859_1);
    int first = line.indexOf(' ');
    int second = line.indexOf(' ', first + 1);
    if (first <= 0 || second <= first + 1 || line.indexOf(' ', second + 1) >= 0) {
      return "a request line that is not 'method target version'";
    }
    for (int index = 0; index < first; index++) {
      if (!isToken(head[index])) {
        return "a method that is not a token";
      }
    }
    for (int index = first + 1; index < second; index++) {
      if (head[index] < '!' || head[index] == 0x7f) {
        return "a request target that is not ASCII";
      }
    }
    String version = line.substring(second + 1);
    return version.equals("HTTP/1.1") || version.equals("HTTP/1.0")
        ? null
        : "a version that is not HTTP/1.1 or HTTP/1.0";
  }

  private static @Nullable String field(byte[] head, int start, int end, Set<String> seen) {
    int colon = start;
    while (colon < end && isToken(head[colon])) {
      colon++;
    }
    if (colon == start || colon == end || head[colon] != ':') {
      return "a header line without a proper name";
    }
    String name = single(head, start, colon);
    if (name == null) {
      return null;
    }
    if (!seen.add(name)) {
      return "more than one " + name + " header";
    }
    String value = value(head, colon + 1, end);
    return switch (name) {
      case "content-length" ->
          isNumber(value) ? null : "a content-length that is not a plain number";
      case "transfer-encoding" ->
          value.equalsIgnoreCase("chunked") ? null : "a transfer-encoding that is not chunked";
      default -> isHost(value) ? null : "a host header that is not a host";
    };
  }

  /** The field's name in lower case if it may stand only once, else null. */
  private static @Nullable String single(byte[] head, int start, int colon) {
    int length = colon - start;
    if (length != 4 && length != 14 && length != 17) {
      return null;
    }
    String name =
        new String(head, start, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    return SINGLE.contains(name) ? name : null;
  }

  private static String value(byte[] head, int start, int end) {
    int from = start;
    int to = end;
    while (from < to && (head[from] == ' ' || head[from] == '\t')) {
      from++;
    }
    while (to > from && (head[to - 1] == ' ' || head[to - 1] == '\t')) {
      to--;
    }
    return new String(head, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static boolean isNumber(String value) {
    return !value.isEmpty()
        && value.length() < 19
        && value.chars().allMatch(c -> c >= '0' && c <= '9')
        && (value.charAt(0) != '0' || value.length() == 1);
  }

  private static boolean isHost(String value) {
    return value.chars().allMatch(c -> c > ' ' && c < 0x7f && "@/?#\\,".indexOf(c) < 0);
  }

  private static boolean isToken(byte octet) {
    return octet >= '0' && octet <= '9'
        || octet >= 'a' && octet <= 'z'
        || octet >= 'A' && octet <= 'Z'
        || octet > 0 && "!#$%&'*+-.^_`|~".indexOf(octet) >= 0;
  }
}
