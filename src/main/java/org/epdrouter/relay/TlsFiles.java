package org.epdrouter.relay;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import org.epdrouter.settings.SettingException;

/**
 * The files of one side of TLS.
 *
 * @param certificate who the router is, and the certificates that lead to its CA
 * @param key of that certificate
 * @param trusted the CAs of the other side
 */
record TlsFiles(PemFile certificate, PemFile key, PemFile trusted) {

  boolean areAbsent() {
    return certificate.isAbsent() && key.isAbsent() && trusted.isAbsent();
  }

  /**
   * What the files hold now.
   *
   * @throws SettingException if one cannot be read
   */
  byte[][] read() {
    return new byte[][] {certificate.read(), key.read(), trusted.read()};
  }

  /**
   * What {@link #read} has read, understood.
   *
   * @throws SettingException if a file does not hold what it should, or the key is another
   *     certificate's
   */
  TlsIdentity understand(byte[][] content) {
    List<X509Certificate> authorities =
        trusted.isAbsent() ? List.of() : trusted.certificates(content[2]);
    if (certificate.isAbsent() && key.isAbsent()) {
      return new TlsIdentity(null, List.of(), authorities);
    }
    if (certificate.isAbsent()) {
      throw certificate.refused("a PEM file, because " + key.setting() + " is set");
    }
    if (key.isAbsent()) {
      throw key.refused("a PEM file, because " + certificate.setting() + " is set");
    }
    List<X509Certificate> chain = certificate.certificates(content[0]);
    PublicKey publicKey = chain.get(0).getPublicKey();
    PrivateKey privateKey = key.privateKey(content[1], publicKey.getAlgorithm());
    if (!belongTogether(privateKey, publicKey)) {
      throw key.refused("the key of the certificate in " + certificate.path());
    }
    return new TlsIdentity(privateKey, chain, authorities);
  }

  /** Whether one verifies what the other signs. The JDK itself would notice in handshakes only. */
  private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey) {
    String algorithm =
        switch (publicKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> publicKey.getAlgorithm();
        };
    try {
      byte[] text = new byte[32];
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(privateKey);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
