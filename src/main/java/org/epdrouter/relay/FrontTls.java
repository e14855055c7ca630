package org.epdrouter.relay;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import org.epdrouter.settings.SettingException;
import org.jspecify.annotations.Nullable;

/**
 * HTTPS towards clients, or plain HTTP where there is no certificate. A client's handshake is made
 * with the files as they are at that moment. Thread-safe.
 */
public final class FrontTls implements AutoCloseable {

  private final @Nullable TlsContext context;

  /**
   * Reads the files.
   *
   * @param certificate path of a PEM file; empty for plain HTTP
   * @param key path of its key
   * @param clientCa path of the certificates that clients' certificates lead to; empty if clients
   *     need none
   * @param clientAuth {@code required} or {@code optional}
   * @param reload milliseconds between two looks at the files; 0 for never
   * @throws SettingException for a file that cannot be used
   */
  public FrontTls(String certificate, String key, String clientCa, String clientAuth, long reload) {
    TlsFiles files =
        new TlsFiles(
            new PemFile("router.tls.certificate", certificate),
            new PemFile("router.tls.key", key),
            new PemFile("router.tls.client-ca", clientCa));
    if (files.certificate().isAbsent() && !files.trusted().isAbsent()) {
      throw files.certificate().refused("a PEM file, because router.tls.client-ca is set");
    }
    ClientAuth auth =
        files.trusted().isAbsent()
            ? ClientAuth.NONE
            : clientAuth.equals("optional") ? ClientAuth.OPTIONAL : ClientAuth.REQUIRE;
    this.context =
        files.certificate().isAbsent() && files.key().isAbsent()
            ? null
            : new TlsContext(
                files,
                identity ->
                    SslContextBuilder.forServer(identity.key(), identity.certificates())
                        .clientAuth(auth),
                reload);
  }

  /**
   * Puts TLS before the handlers that are added later.
   *
   * @param handshakeTimeout milliseconds
   */
  void secure(Channel channel, long handshakeTimeout) {
    if (context != null) {
      SslHandler handler = context.current().newHandler(channel.alloc());
      handler.setHandshakeTimeoutMillis(handshakeTimeout);
      channel.pipeline().addLast(handler);
    }
  }

  @Override
  public void close() {
    if (context != null) {
      context.close();
    }
  }
}
