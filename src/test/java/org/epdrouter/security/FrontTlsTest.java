package org.epdrouter.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.epdrouter.settings.SettingException;
import org.epdrouter.testing.Certificates;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients over https. */
final class FrontTlsTest {
  @TempDir private static Path folder;

  private static Certificates certificates;
  private static String certificate;
  private static String key;
  private static String ca;

  @BeforeAll
  static void issue() {
    certificates =
        new Certificates(folder)
            .issue("first", "dns:localhost")
            .issue("second", "dns:localhost")
            .issue("client", "dns:client");
    certificate = certificates.file("front.pem", certificates.chain("first"));
    key = certificates.file("front.key", certificates.key("first"));
    ca = certificates.file("ca.pem", certificates.authority());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void saysGoodbyeBeforeItCloses(String protocol) throws Exception {
    EventLoopGroup loop = new NioEventLoopGroup(1);
    try (Cluster cluster = cluster("router.api-keys", "a")) {
      // The JDK's own sockets take an end without close_notify for a proper one.
      SSLEngine engine = certificates.context("client").createSSLEngine();
      engine.setUseClientMode(true);
      engine.setEnabledProtocols(new String[] {protocol});
      SslHandler tls = new SslHandler(engine);
      Channel channel =
          new Bootstrap()
              .group(loop)
              .channel(NioSocketChannel.class)
              .handler(tls)
              .connect("localhost", cluster.router().port())
              .sync()
              .channel();
      channel.writeAndFlush(Unpooled.wrappedBuffer(Requests.head("GET /v1/models HTTP/1.1")));

      tls.sslCloseFuture().await();

      assertThat(tls.sslCloseFuture().cause()).isNull();
    } finally {
      loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void servesRequestAfterRequest(String protocol) throws IOException {
    try (Cluster cluster = cluster();
        SSLSocket socket = connect(cluster, "client", protocol);
        RawClient client = RawClient.over(socket)) {
      RawResponse whole = client.post(Requests.text()).read();
      RawResponse streamed = client.post(Requests.streamed()).read();
      RawResponse last = client.post(Requests.text(), "Connection: close").read();

      assertThat(whole.text()).isEqualTo(Scripts.COMPLETION);
      assertThat(streamed.chunks()).hasSize(Scripts.EVENTS.size());
      assertThat(last.status()).isEqualTo(200);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void takesLargeBodies() throws IOException {
    try (Cluster cluster = cluster();
        RawClient client = client(cluster)) {
      String body = Requests.parts(List.of(Requests.inlineImage(4_000_000)));

      assertThat(client.post(body).read().status()).isEqualTo(200);
      assertThat(cluster.decode().chats().get(0).text()).isEqualTo(body);
    }
  }

  @Test
  void refusesWhileTheClientIsStillSending() throws IOException {
    try (Cluster cluster = cluster("router.max-body", "1KB");
        RawClient client = client(cluster)) {
      client.send(Requests.postHead(Requests.CHAT_PATH, 10_000_000));
      client.trySend(new byte[1_000_000]);

      assertThat(client.read().status()).isEqualTo(413);
    }
  }

  @Test
  void showsThatAStreamBroke() throws IOException {
    try (Cluster cluster = cluster();
        RawClient client = client(cluster)) {
      cluster.decode().onChat((request, to) -> to.startEvents().event("1").close());

      RawResponse response = client.post(Requests.streamed()).read();

      assertThat(response.isComplete()).isFalse();
      assertThat(response.text()).startsWith("data: 1\n\n").contains("\"error\"");
    }
  }

  @Test
  void noticesThatTheClientLeaves() throws IOException {
    try (Cluster cluster = cluster()) {
      cluster.decode().onChat((request, to) -> to.startEvents().event("1").stall());
      try (RawClient client = client(cluster)) {
        client.post(Requests.streamed()).readHead();
      }

      cluster.decode().awaitChat(0).awaitDisconnect();
    }
  }

  @Test
  void sparesOldProtocolsAndPlainHttpNoAnswer() {
    try (Cluster cluster = cluster();
        RawClient plain = cluster.router().connect()) {
      assertThatThrownBy(() -> connect(cluster, "client", "TLSv1.1").startHandshake())
          .isInstanceOfAny(SSLException.class, IllegalArgumentException.class);

      plain.send(Requests.head("GET /health HTTP/1.1"));
      assertThat(plain.readUntilClose()).doesNotContain("HTTP");
    }
  }

  @ParameterizedTest
  @CsvSource({"required,client,true", "required,ca,false", "optional,ca,true"})
  void asksForClientCertificates(String auth, String alias, boolean served) throws IOException {
    try (Cluster cluster = cluster("router.tls.client-ca", ca, "router.tls.client-auth", auth);
        SSLSocket socket = connect(cluster, alias, "TLSv1.3")) {
      boolean answered;
      try {
        socket.getOutputStream().write(Requests.head("GET /health HTTP/1.1"));
        answered = socket.getInputStream().read() >= 0;
      } catch (IOException refused) {
        answered = false;
      }

      assertThat(answered).isEqualTo(served);
    }
  }

  @Test
  void refusesClientCertificatesOfOthers(@TempDir Path elsewhere) throws IOException {
    String trusted = certificates.file("others.pem", new Certificates(elsewhere).authority());
    try (Cluster strict = cluster("router.tls.client-ca", trusted);
        SSLSocket socket = connect(strict, "client", "TLSv1.3")) {
      assertThatThrownBy(
              () -> {
                socket.getOutputStream().write(Requests.head("GET /health HTTP/1.1"));
                if (socket.getInputStream().read() < 0) {
                  throw new IOException("closed");
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void showsANewCertificateToNewClientsAndKeepsOldOnes() throws Exception {
    String chain = certificates.file("reloaded.pem", certificates.chain("first"));
    String chainKey = certificates.file("reloaded.key", certificates.key("first"));
    try (Cluster cluster =
            cluster(
                "router.tls.certificate", chain,
                "router.tls.key", chainKey,
                "router.tls.reload", "10ms");
        RawClient old = client(cluster)) {
      Semaphore next = new Semaphore(0);
      cluster
          .decode()
          .onChat(
              (request, to) -> {
                to.startEvents().event("1").await(next).event("2").endChunks();
              });
      RawResponse head = old.post(Requests.streamed()).readHead();
      assertThat(subject(cluster)).isEqualTo("CN=first");

      certificates.file("reloaded.pem", "broken");
      certificates.file("reloaded.key", certificates.key("second"));
      assertThat(subject(cluster)).isEqualTo("CN=first");
      certificates.file("reloaded.pem", certificates.chain("second"));

      Eventually.asserts(() -> assertThat(subject(cluster)).isEqualTo("CN=second"));
      next.release();
      assertThat(old.readRest(head).isComplete()).isTrue();
    }
  }

  @Test
  void logsABrokenFileOnceAndKeepsTheFormerOne() throws IOException {
    String chain = certificates.file("breaking.pem", certificates.chain("first"));
    try (LogRecord log = LogRecord.open();
        Cluster cluster = cluster("router.tls.certificate", chain, "router.tls.reload", "5ms")) {
      certificates.file("breaking.pem", "broken");
      Eventually.holds("a line", () -> log.lines("former").count() == 1);
      Files.delete(Path.of(chain));
      Eventually.holds("another line", () -> log.lines("former").count() == 2);
      for (int i = 0; i < 5; i++) {
        assertThat(subject(cluster)).isEqualTo("CN=first");
      }
      certificates.file("breaking.pem", certificates.chain("second"));
      Eventually.holds("a line of the key", () -> log.lines("router.tls.key").count() == 1);

      assertThat(subject(cluster)).isEqualTo("CN=first");
      assertThat(log.lines("former").toList())
          .satisfiesExactly(
              line -> assertThat(line).contains("router.tls.certificate", "breaking.pem"),
              line -> assertThat(line).contains("router.tls.certificate", "no such file"),
              line -> assertThat(line).contains("router.tls.key", "front.key"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "router.tls.certificate,nowhere.pem,router.tls.certificate",
    "router.tls.certificate,front.key,router.tls.certificate",
    "router.tls.certificate,'',router.tls.certificate",
    "router.tls.key,'',router.tls.key",
    "router.tls.key,front.pem,router.tls.key",
    "router.tls.key,second.key,router.tls.key",
    "router.tls.client-ca,front.key,router.tls.client-ca",
    "router.tls.client-auth,sometimes,router.tls.client-auth",
    "router.workers.tls.ca,nowhere.pem,router.workers.tls.ca",
    "router.workers.tls.certificate,front.pem,router.workers.tls.key"
  })
  void namesTheSettingThatKeepsItFromStarting(String name, String value, String blamed) {
    certificates.file("second.key", certificates.key("second"));
    String path = value.contains(".") ? folder.resolve(value).toString() : value;

    assertThatThrownBy(() -> cluster(name, path).close())
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith(blamed + ": ")
        .hasMessageNotContaining("\n");
  }

  private static Cluster cluster(String... settings) {
    String[] all = new String[settings.length + 4];
    all[0] = "router.tls.certificate";
    all[1] = certificate;
    all[2] = "router.tls.key";
    all[3] = key;
    System.arraycopy(settings, 0, all, 4, settings.length);
    return Cluster.start(0, 0, 1, all);
  }

  private static RawClient client(Cluster cluster) throws IOException {
    return RawClient.over(connect(cluster, "client", "TLSv1.3"));
  }

  private static SSLSocket connect(Cluster cluster, String alias, String protocol)
      throws IOException {
    SSLSocket socket =
        (SSLSocket)
            certificates
                .context(alias)
                .getSocketFactory()
                .createSocket("localhost", cluster.router().port());
    socket.setEnabledProtocols(new String[] {protocol});
    return socket;
  }

  private static String subject(Cluster cluster) {
    try (SSLSocket socket = connect(cluster, "client", "TLSv1.3")) {
      socket.startHandshake();
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return shown.getSubjectX500Principal().getName();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
