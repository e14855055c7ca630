package org.epdrouter.openai;

/** Text from outside as it may stand in logs and messages. */
final class Printable {
  private Printable() {}

  /**
   * The first {@code max} characters; those that are not printable ASCII are escaped as in Java.
   */
  static String of(String text, int max) {
    StringBuilder printable = new StringBuilder(Math.min(text.length(), max) + 3);
    for (int i = 0; i < text.length() && i < max; i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c < 0x7F) {
        printable.append(c);
      } else {
        printable.append(String.format("\\u%04x", (int) c));
      }
    }
    return text.length() > max ? printable.append("...").toString() : printable.toString();
  }
}
