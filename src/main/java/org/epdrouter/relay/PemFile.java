package org.epdrouter.relay;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.epdrouter.settings.SettingException;

/**
 * A file of certificates or with a key.
 *
 * @param setting the key of the setting that names the file
 * @param path empty if there is none
 */
record PemFile(String setting, String path) {

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  boolean isAbsent() {
    return path.isEmpty();
  }

  /**
   * The content; nothing if there is no file.
   *
   * @throws SettingException if it cannot be read
   */
  byte[] read() {
    if (isAbsent()) {
      return new byte[0];
    }
    try {
      return Files.readAllBytes(Path.of(path));
    } catch (NoSuchFileException e) {
      throw refused("a PEM file; there is no such file");
    } catch (IOException | RuntimeException e) {
      throw refused("a PEM file that can be read; " + e.getClass().getSimpleName());
    }
  }

  /**
   * The certificates in this content of the file.
   *
   * @throws SettingException if there is none
   */
  List<X509Certificate> certificates(byte[] content) {
    try {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!certificates.isEmpty()) {
        return certificates;
      }
    } catch (GeneralSecurityException | RuntimeException e) {
      // Said below; the reasons of the parser help nobody.
    }
    throw refused("a PEM file of certificates");
  }

  /**
   * The key in this content of the file.
   *
   * @param algorithm of the public key that it belongs to
   * @throws SettingException if there is none, or one of another kind
   */
  PrivateKey privateKey(byte[] content, String algorithm) {
    Matcher pem = KEY.matcher(new String(content, StandardCharsets.ISO_8859_1));
    if (!pem.find()) {
      throw refused("a PEM file with a PKCS#8 key, not encrypted: openssl pkcs8 -topk8 -nodes");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw refused("the key of the certificate, whose kind is " + algorithm);
    }
  }

  SettingException refused(String expected) {
    return new SettingException(setting, path, expected);
  }
}
