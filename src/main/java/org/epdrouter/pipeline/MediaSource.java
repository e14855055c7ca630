package org.epdrouter.pipeline;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A place that media may come from: a scheme ({@code data}, {@code http}), a scheme and host
 * ({@code https://images.example.com}, {@code https://*.example.com} for all names below it), or a
 * folder with all below it ({@code file:///srv/media/}).
 *
 * @param scheme in lower case
 * @param below whether what is below the host counts, and not the host itself
 * @param root what the location must be, or be below; null for all of the scheme
 */
record MediaSource(String scheme, boolean below, @Nullable MediaLocation root) {

  private static final String BELOW = "://*.";

  /**
   * Reads an entry of {@code router.media.allow}.
   *
   * @throws IllegalArgumentException for what is none
   */
  static MediaSource parse(String entry) {
    int colon = entry.indexOf(':');
    if (colon < 0) {
      return new MediaSource(entry.toLowerCase(Locale.ROOT), false, null);
    }
    String scheme = entry.substring(0, colon).toLowerCase(Locale.ROOT);
    boolean below = entry.regionMatches(colon, BELOW, 0, BELOW.length());
    if (scheme.equals("file")) {
      String folder = entry.substring(entry.indexOf("//") + 2);
      return new MediaSource(scheme, false, new MediaLocation(scheme, "", -1, folder));
    }
    MediaLocation root =
        MediaLocation.parse(below ? scheme + "://" + entry.substring(colon + 5) : entry);
    if (root == null) {
      throw new IllegalArgumentException(
          "router.media.allow: " + entry + " (expected: a scheme, a host or a folder)");
    }
    return new MediaSource(scheme, below, root);
  }

  /** Whether the location is here. */
  boolean has(MediaLocation location) {
    return scheme.equals(location.scheme()) && (root == null || isAtRoot(root, location));
  }

  private boolean isAtRoot(MediaLocation place, MediaLocation location) {
    boolean atHost =
        below ? location.host().endsWith("." + place.host()) : location.host().equals(place.host());
    return atHost && location.port() == place.port() && location.path().startsWith(place.path());
  }
}
