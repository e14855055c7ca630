package org.epdrouter.e2e;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Chat bodies, and what the simulated workers make of the media in them. */
final class Media {
  private static final int SHOWN = 8;

  private Media() {}

  /** A chat body with one image and further members, each {@code "name":value}. */
  static String chat(String imageUrl, String... members) {
    StringBuilder body =
        new StringBuilder("{\"model\":\"")
            .append(Deployment.MODEL)
            .append("\",\"messages\":[{\"role\":\"user\",\"content\":[")
            .append("{\"type\":\"text\",\"text\":\"What is in this image?\"},")
            .append("{\"type\":\"image_url\",\"image_url\":{\"url\":\"")
            .append(imageUrl)
            .append("\"}}]}]");
    for (String member : members) {
      body.append(',').append(member);
    }
    return body.append('}').toString();
  }

  /** SHA-256 in hex: the simulated workers' name of an item. */
  static String hash(String content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(content.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How a simulated decode worker tells of an item that it saw. */
  static String seen(String content) {
    return shown(hash(content));
  }

  /** The same for its hash. */
  static String shown(String hash) {
    return "[" + hash.substring(0, SHOWN) + "]";
  }
}
