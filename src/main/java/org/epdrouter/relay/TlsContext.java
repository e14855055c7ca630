package org.epdrouter.relay;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.Arrays;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.epdrouter.settings.SettingException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What handshakes are made with, always from the newest files that are in order. Thread-safe. */
final class TlsContext implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final TlsFiles files;
  private final Function<TlsIdentity, SslContextBuilder> side;
  private final @Nullable FileWatch watch;
  private volatile SslContext current;
  private byte[][] seen;

  /**
   * Reads the files.
   *
   * @param side the server's or the client's part of the context
   * @param reload milliseconds between two looks at the files; 0 for never
   * @throws SettingException for a file that cannot be used
   */
  TlsContext(TlsFiles files, Function<TlsIdentity, SslContextBuilder> side, long reload) {
    this.files = files;
    this.side = side;
    this.seen = files.read();
    this.current = build(seen);
    this.watch =
        reload == 0 || files.areAbsent()
            ? null
            : new FileWatch("epd-tls-files", reload, this::look, "certificates");
  }

  /** For the next handshake. */
  SslContext current() {
    return current;
  }

  private boolean look() {
    byte[][] now = files.read();
    if (Arrays.deepEquals(now, seen)) {
      return false;
    }
    seen = now;
    current = build(now);
    LOG.info("{} and its key were read again", files.certificate().path());
    return true;
  }

  private SslContext build(byte[][] content) {
    TlsIdentity identity = files.understand(content);
    SslContextBuilder builder =
        side.apply(identity).sslProvider(SslProvider.JDK).protocols(PROTOCOLS);
    if (!identity.trusted().isEmpty()) {
      builder.trustManager(identity.trusted());
    }
    try {
      return builder.build();
    } catch (SSLException | RuntimeException e) {
      throw files.certificate().refused("a certificate that TLS can use; " + e.getMessage());
    }
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }
}
