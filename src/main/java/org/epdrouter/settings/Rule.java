package org.epdrouter.settings;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the value of a setting must be, and the one form in which the code sees it.
 *
 * @param expected what a right value is, as a noun, for the message about a wrong one
 * @param normaliser from a value without blanks around it to its one form; throws
 *     IllegalArgumentException for a wrong one
 * @param secret whether the value may be shown to nobody
 */
record Rule(String expected, UnaryOperator<String> normaliser, boolean secret) {
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Pattern IPV6 = Pattern.compile("\\[?([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)]?");
  private static final Pattern HEADER_NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]+");
  private static final Pattern WORD = Pattern.compile("\\S+");
  private static final Pattern NO_STAGE = Pattern.compile("(?i)disable|none");
  private static final Pattern KEY = Pattern.compile("[!-+\\--~]+");
  private static final Pattern MEDIA_SOURCE =
      Pattern.compile(
          "[a-z][a-z0-9+.-]*"
              + "|file:///([a-z0-9._~-]+/)*"
              + "|(?!file:)[a-z][a-z0-9+.-]*://(\\[[0-9a-f:.]+]|(\\*\\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?)(:[0-9]{1,5})?",
          Pattern.CASE_INSENSITIVE);

  private Rule(String expected, UnaryOperator<String> normaliser) {
    this(expected, normaliser, false);
  }

  /** A whole number, both bounds included. */
  static Rule number(int min, int max) {
    return new Rule(
        "a number from " + min + " to " + max,
        value -> {
          int number = Integer.parseInt(value);
          if (number < min || number > max) {
            throw new IllegalArgumentException();
          }
          return Integer.toString(number);
        });
  }

  /** A size; its one form is plain bytes that fit an int. */
  static Rule size() {
    return new Rule(
        "a size from 1 to 2147483647 bytes, such as 65536, 64KB or 20MB",
        value -> withinInt(Size.parse(value).bytes()));
  }

  /** A size without an upper bound; its one form is plain bytes. */
  static Rule largeSize() {
    return new Rule(
        "a size of at least 1 byte, such as 512MB or 4GB",
        value -> Long.toString(Size.parse(value).bytes()));
  }

  /** A duration; its one form is plain milliseconds that fit an int. */
  static Rule duration() {
    return new Rule(
        "a duration from 1ms to 24 days, such as 500ms, 1s or 5m",
        value -> withinInt(Durations.parse(value).toMillis()));
  }

  /** Something without blanks in it. */
  static Rule word(String expected) {
    return new Rule(
        expected + " without blanks",
        value -> {
          if (!WORD.matcher(value).matches()) {
            throw new IllegalArgumentException();
          }
          return value;
        });
  }

  /** Anything, nothing included. */
  static Rule text() {
    return new Rule("text", value -> value);
  }

  /** A name or address to listen on; its one form is that of a URL's host. */
  static Rule host() {
    return new Rule(
        "a host name or an address, such as 0.0.0.0",
        value -> {
          if (HOST.matcher(value).matches()) {
            return value;
          }
          if (IPV6.matcher(value).matches()) {
            return IPV6.matcher(value).replaceFirst("[$1]");
          }
          throw new IllegalArgumentException();
        });
  }

  /** A comma-separated list of worker URLs, which may be empty. */
  static Rule workerUrls() {
    return new Rule(
        "worker URLs separated by commas, such as http://gpu-1:8000,http://gpu-2:8000",
        value -> list(value, WorkerUrl::normalise));
  }

  /** Worker URLs, or a word that says there is no such stage; the one form of that is empty. */
  static Rule workerUrlsOrDisabled() {
    Rule urls = workerUrls();
    return new Rule(
        urls.expected() + ", or disable",
        value -> NO_STAGE.matcher(value).matches() ? "" : urls.normaliser().apply(value));
  }

  /** A comma-separated list of header names, which may be empty; their one form is lower case. */
  static Rule headerNames() {
    return new Rule(
        "header names separated by commas",
        value ->
            list(
                value.toLowerCase(Locale.ROOT),
                name -> {
                  if (!HEADER_NAME.matcher(name).matches()) {
                    throw new IllegalArgumentException();
                  }
                  return name;
                }));
  }

  /**
   * Keys that let clients in, separated by commas; their one form is their digests, so that the
   * keys themselves are known to nobody behind this.
   */
  static Rule keyDigests() {
    return new Rule(
        "keys of visible ASCII characters separated by commas",
        value -> list(value, key -> KeyDigest.of(visible(key)).toString()),
        true);
  }

  /** One key, or empty; its one form is the value of the header that carries it. */
  static Rule bearer() {
    return new Rule(
        "a key of visible ASCII characters without comma",
        value -> value.isEmpty() ? "" : "Bearer " + visible(value),
        true);
  }

  private static String visible(String key) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException();
    }
    return key;
  }

  /** Path of a file, or empty. Whoever reads the file says what is wrong with it. */
  static Rule file() {
    return new Rule("the path of a file, or empty", value -> value);
  }

  /** One of these words, in any case. */
  static Rule oneOf(String... words) {
    return new Rule(
        String.join(" or ", words),
        value -> {
          String word = value.toLowerCase(Locale.ROOT);
          if (!Arrays.asList(words).contains(word)) {
            throw new IllegalArgumentException();
          }
          return word;
        });
  }

  /** A comma-separated list of where media may come from, which may be empty. */
  static Rule mediaSources() {
    return new Rule(
        "schemes, hosts and folders separated by commas, such as"
            + " data,https://images.example.com,https://*.example.com,file:///srv/media/",
        value ->
            list(
                value,
                source -> {
                  if (!MEDIA_SOURCE.matcher(source).matches()) {
                    throw new IllegalArgumentException();
                  }
                  return source;
                }));
  }

  /** This rule, or nothing at all, whose one form is 0. */
  Rule orEmpty() {
    return new Rule(
        expected + ", or empty", value -> value.isEmpty() ? "0" : normaliser.apply(value));
  }

  /** This rule, or {@code off}, whose one form is 0. */
  Rule orOff() {
    return new Rule(
        expected + ", or off",
        value ->
            value.equalsIgnoreCase("off") || value.equals("0") ? "0" : normaliser.apply(value));
  }

  /**
   * Checks a value.
   *
   * @return its one form
   * @throws SettingException if the value breaks this rule
   */
  String apply(String key, String value) {
    try {
      return normaliser.apply(value.strip());
    } catch (IllegalArgumentException e) {
      throw new SettingException(key, secret ? SettingException.HIDDEN : value, expected);
    }
  }

  private static String list(String value, UnaryOperator<String> normaliser) {
    return Arrays.stream(value.split(",", -1))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .map(normaliser)
        .collect(Collectors.joining(","));
  }

  private static String withinInt(long number) {
    if (number < 1 || number > Integer.MAX_VALUE) {
      throw new IllegalArgumentException();
    }
    return Long.toString(number);
  }
}
