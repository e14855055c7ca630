package org.epdrouter.e2e;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;

/**
 * An inline image too large for the tests' heap.
 *
 * @param chat a file with a chat body that holds it
 * @param hash SHA-256 of its URL in hex
 */
record LargeImage(Path chat, String hash) {
  // A multiple of three, so that the Base64 of the pieces is the Base64 of the whole.
  private static final int PIECE = 3 << 16;

  /** Writes random bytes. */
  static LargeImage write(Path chat, int size, long seed) throws Exception {
    String body = Media.chat("data:image/png;base64,@");
    int from = body.indexOf("data:");
    int to = body.indexOf('@');
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(chat))) {
      file.write(ascii(body.substring(0, from)));
      DigestOutputStream url = new DigestOutputStream(file, digest);
      url.write(ascii(body.substring(from, to)));
      writeBase64(url, size, new Random(seed));
      file.write(ascii(body.substring(to + 1)));
    }
    return new LargeImage(chat, HexFormat.of().formatHex(digest.digest()));
  }

  /** How a simulated decode worker tells of it. */
  String seen() {
    return Media.shown(hash);
  }

  private static void writeBase64(OutputStream out, int size, Random random) throws IOException {
    byte[] piece = new byte[PIECE];
    for (int written = 0; written < size; written += PIECE) {
      random.nextBytes(piece);
      out.write(Base64.getEncoder().encode(piece));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
