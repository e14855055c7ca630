package org.epdrouter.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certification authority for one test class, made with the JDK's keytool. */
public final class Certificates {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private final Path folder;
  private final Path store;

  /** An authority whose files are in this folder. */
  public Certificates(Path folder) {
    this.folder = folder;
    this.store = folder.resolve("authority.p12");
    keytool("-genkeypair", "-alias", "ca", "-dname", "CN=ca", "-keyalg", "EC", "-ext", "bc:c");
  }

  /** A certificate for a host, such as `dns:localhost` or `ip:127.0.0.1`, valid now. */
  public Certificates issue(String alias, String host) {
    return issue(alias, host, "-1d", 30);
  }

  /** A certificate that is valid for some days from a start such as `-10d`. */
  public Certificates issue(String alias, String host, String start, int days) {
    keytool(
        "-genkeypair",
        "-alias",
        alias,
        "-dname",
        "CN=" + alias,
        "-keyalg",
        "EC",
        "-signer",
        "ca",
        "-ext",
        "san=" + host,
        "-startdate",
        start,
        "-validity",
        Integer.toString(days));
    return this;
  }

  /** The authority's own certificate as PEM. */
  public String authority() {
    try {
      return pem("CERTIFICATE", load().getCertificate("ca").getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** A certificate and what leads to the authority, as PEM. */
  public String chain(String alias) {
    try {
      StringBuilder chain = new StringBuilder();
      for (Certificate certificate : load().getCertificateChain(alias)) {
        chain.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
      return chain.toString();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** A certificate's key as PEM. */
  public String key(String alias) {
    try {
      return pem("PRIVATE KEY", load().getKey(alias, PASSWORD).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Puts a file with this text into the folder, all of it at once, and returns its path. */
  public String file(String name, String text) {
    try {
      Path whole = Files.writeString(folder.resolve(name + ".new"), text);
      return Files.move(whole, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE).toString();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** TLS that shows a certificate, or none for the alias `ca`, and trusts the authority alone. */
  public SSLContext context(String alias) {
    try {
      KeyStore own = KeyStore.getInstance("PKCS12");
      own.load(null, PASSWORD);
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, PASSWORD);
      trusted.setCertificateEntry("ca", load().getCertificate("ca"));
      if (!alias.equals("ca")) {
        own.setKeyEntry(
            alias, load().getKey(alias, PASSWORD), PASSWORD, load().getCertificateChain(alias));
      }
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(own, PASSWORD);
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private KeyStore load() {
    try (InputStream stream = Files.newInputStream(store)) {
      KeyStore loaded = KeyStore.getInstance("PKCS12");
      loaded.load(stream, PASSWORD);
      return loaded;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, PEM.encodeToString(der), kind);
  }

  private void keytool(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(output);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
