package org.epdrouter.relay;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.epdrouter.settings.SettingException;

/**
 * TLS towards workers with an https URL. A worker's certificate must be trusted, valid and made out
 * for the host of its URL. Thread-safe.
 */
public final class WorkerTls implements AutoCloseable {

  /** RFC 6066 3: a name and no address. */
  private static final Pattern NAME =
      Pattern.compile("(?=.*[A-Za-z])[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*");

  private final TlsContext context;

  /**
   * Reads the files.
   *
   * @param ca path of the certificates that workers' certificates lead to, PEM; empty for the JVM's
   * @param certificate path of the certificate that workers get to see; empty for none
   * @param key path of its key
   * @param reload milliseconds between two looks at the files; 0 for never
   * @throws SettingException for a file that cannot be used
   */
  public WorkerTls(String ca, String certificate, String key, long reload) {
    this.context =
        new TlsContext(
            new TlsFiles(
                new PemFile("router.workers.tls.certificate", certificate),
                new PemFile("router.workers.tls.key", key),
                new PemFile("router.workers.tls.ca", ca)),
            identity ->
                SslContextBuilder.forClient()
                    .keyManager(identity.key(), identity.certificates())
                    .endpointIdentificationAlgorithm("HTTPS"),
            reload);
  }

  /** Puts TLS before the handlers that are added later. */
  SslHandler secure(Channel channel, Target target) {
    SslHandler handler =
        context.current().newHandler(channel.alloc(), target.host(), target.port());
    if (NAME.matcher(target.host()).matches()) {
      // The JDK by itself names no host without a dot.
      SSLParameters parameters = handler.engine().getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(target.host())));
      handler.engine().setSSLParameters(parameters);
    }
    channel.pipeline().addLast(handler);
    return handler;
  }

  @Override
  public void close() {
    context.close();
  }
}
