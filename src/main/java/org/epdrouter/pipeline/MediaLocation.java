package org.epdrouter.pipeline;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.epdrouter.openai.MediaItem;
import org.jspecify.annotations.Nullable;

/**
 * Where a media URL leads, as every parser reads it: a URL that two parsers may read in two ways
 * has no location.
 *
 * @param scheme in lower case
 * @param host in lower case; empty for a scheme without hosts
 * @param port the scheme's own if the URL names none; -1 if there is none
 * @param path of a file, else empty
 */
record MediaLocation(String scheme, String host, int port, String path) {

  private static final MediaLocation INLINE = new MediaLocation("data", "", -1, "");
  private static final Map<String, Integer> PORTS = Map.of("http", 80, "https", 443);

  // RFC 3986 without what parsers disagree on: user information, a dot at the end of the host,
  // percent-encoding in it, an empty port, a query without a path, backslashes.
  private static final Pattern HOSTED =
      Pattern.compile(
          "([a-z][a-z0-9+.-]*)://"
              + "(\\[[0-9a-f:.]+]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)(?::([0-9]{1,5}))?"
              + "(?:/[!-\\[\\]^_`a-z{|}~]*)?",
          Pattern.CASE_INSENSITIVE);

  // Without an empty segment, and without a percent-encoded dot, slash, backslash, percent sign or
  // control character: what the path names must be plain to see.
  private static final Pattern FILE =
      Pattern.compile(
          "file://((?:/(?:[a-z0-9 ._~!$&'()*+,=:@-]|%(?!2[5EF]|5C|7F)[2-9A-F][0-9A-F])+)+)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern DOTS = Pattern.compile("(^|.*/)\\.{1,2}(/.*|$)");

  /** Where an item comes from; null if that cannot be told for sure. */
  static @Nullable MediaLocation of(MediaItem item) {
    String url = item.getUrl();
    if (item.isInline()) {
      return INLINE;
    }
    return url == null ? null : parse(url);
  }

  /** Where a URL leads; null if that cannot be told for sure. */
  static @Nullable MediaLocation parse(String url) {
    Matcher file = FILE.matcher(url);
    if (file.matches()) {
      String path = file.group(1);
      return DOTS.matcher(path).matches() ? null : new MediaLocation("file", "", -1, path);
    }
    Matcher hosted = HOSTED.matcher(url);
    if (!hosted.matches()) {
      return null;
    }
    String scheme = hosted.group(1).toLowerCase(Locale.ROOT);
    String port = hosted.group(3);
    if (scheme.equals("file") || scheme.equals("data")) {
      return null;
    }
    return new MediaLocation(
        scheme,
        hosted.group(2).toLowerCase(Locale.ROOT),
        port == null ? PORTS.getOrDefault(scheme, -1) : Integer.parseInt(port),
        "");
  }
}
