package org.epdrouter.settings;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of a key, by which the key can be recognised and not be learned. Immutable; {@link
 * #toString} is {@code sha256:} and hexadecimal digits.
 */
public final class KeyDigest {
  private static final String PREFIX = "sha256:";

  private final byte[] digest;

  private KeyDigest(byte[] digest) {
    this.digest = digest;
  }

  /** The digest of a key, whose characters are bytes. */
  public static KeyDigest of(String key) {
    try {
      return new KeyDigest(
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** The digest that {@link #toString} wrote. */
  public static KeyDigest parse(String text) {
    return new KeyDigest(HexFormat.of().parseHex(text.substring(PREFIX.length())));
  }

  /** Whether both are of the same key. Takes the same time whatever the answer. */
  public boolean matches(KeyDigest other) {
    return MessageDigest.isEqual(digest, other.digest);
  }

  @Override
  public String toString() {
    return PREFIX + HexFormat.of().formatHex(digest);
  }
}
