package org.epdrouter.testing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One header line as it stood on the wire: case and order kept, bytes read as ISO-8859-1, value
 * without the blanks around it.
 */
public record Header(String name, String value) {

  /** The first value of a name, in any case, or null. */
  public static @Nullable String first(List<Header> headers, String name) {
    return all(headers, name).stream().findFirst().orElse(null);
  }

  /** All values of a name, in any case, in the order of the wire. */
  public static List<String> all(List<Header> headers, String name) {
    return headers.stream()
        .filter(h -> h.name().equalsIgnoreCase(name))
        .map(Header::value)
        .toList();
  }

  static Header parse(String line) throws ProtocolException {
    int colon = line.indexOf(':');
    if (colon <= 0) {
      throw new ProtocolException("header line: " + line + " (expected: name: value)");
    }
    String name = line.substring(0, colon);
    if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
      throw new ProtocolException("header name: " + name + " (expected: a token)");
    }
    String value = line.substring(colon + 1);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        throw new ProtocolException("header value of " + name + ": control character " + (int) c);
      }
    }
    return new Header(name, trimBlanks(value));
  }

  /** Blanks are space and tab only: `\x85` and `\xa0` belong to the value. */
  private static String trimBlanks(String value) {
    int from = 0;
    int to = value.length();
    while (from < to && isBlank(value.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(value.charAt(to - 1))) {
      to--;
    }
    return value.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
