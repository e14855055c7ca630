package org.epdrouter.security;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import org.epdrouter.testing.Certificates;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers behind https: only those that are who their URL says. */
final class WorkerTlsTest {
  @TempDir private static Path folder;

  private static Certificates certificates;
  private static String ca;

  @BeforeAll
  static void issue() {
    certificates =
        new Certificates(folder)
            .issue("local", "ip:127.0.0.1,dns:localhost")
            .issue("other", "dns:other.example")
            .issue("expired", "ip:127.0.0.1", "-10d", 2);
    ca = certificates.file("ca.pem", certificates.authority());
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1", "localhost"})
  void relaysAnswersAndStreams(String host) {
    try (ScriptedWorker worker = worker("local");
        RouterUnderTest router = router(url(worker, host), "router.workers.tls.ca", ca)) {
      RawResponse whole = router.post(Requests.text());
      RawResponse streamed = router.post(Requests.streamed());
      RawResponse large = router.post(Requests.parts(List.of(Requests.inlineImage(3_000_000))));

      assertThat(whole.text()).isEqualTo(Scripts.COMPLETION);
      assertThat(streamed.chunks()).hasSize(Scripts.EVENTS.size());
      assertThat(large.status()).isEqualTo(200);
      assertThat(worker.chats().get(0).connection()).isEqualTo(worker.chats().get(2).connection());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"other|its certificate is for another host", "expired|its certificate has expired"})
  void refusesAWorkerWithTheWrongCertificate(String alias, String reason) {
    try (ScriptedWorker worker = worker(alias);
        RouterUnderTest router = router(url(worker, "127.0.0.1"), "router.workers.tls.ca", ca)) {
      assertRefused(router.post(Requests.text()), reason);

      assertThat(worker.requests()).isEmpty();
    }
  }

  @Test
  void refusesAWorkerThatTheJvmDoesNotTrust() {
    try (ScriptedWorker worker = worker("local");
        RouterUnderTest router = router(url(worker, "127.0.0.1"))) {
      assertRefused(router.post(Requests.text()), "its certificate is not trusted");
    }
  }

  @Test
  void refusesAWorkerThatDoesNotSpeakTls() throws IOException, InterruptedException {
    try (ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        RouterUnderTest router = router("https://127.0.0.1:" + plain.getLocalPort())) {
      Thread greeter = new Thread(() -> greet(plain));
      greeter.start();

      assertRefused(router.post(Requests.text()), "it does not speak TLS");
      greeter.join();
    }
  }

  private static void greet(ServerSocket plain) {
    try (Socket socket = plain.accept()) {
      socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // The router has gone.
    }
  }

  @Test
  void triesAnotherWorkerWhereTheHandshakeFails() {
    try (ScriptedWorker wrong = worker("other");
        ScriptedWorker right = worker("local");
        RouterUnderTest router =
            router(
                url(wrong, "127.0.0.1") + "," + url(right, "127.0.0.1"),
                "router.workers.tls.ca",
                ca)) {
      for (int i = 0; i < 4; i++) {
        assertThat(router.post(Requests.text()).status()).isEqualTo(200);
      }

      assertThat(right.chats()).hasSize(4);
    }
  }

  @Test
  void countsTheHandshakeAsConnecting() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        RouterUnderTest router =
            router(
                "https://127.0.0.1:" + silent.getLocalPort(),
                "router.connect-timeout",
                "300ms",
                "router.health.interval",
                "off")) {
      RawResponse response = router.post(Requests.text());

      assertThat(response.status()).isEqualTo(504);
      assertThat(response.text()).contains("router.connect-timeout (300 ms)");
    }
  }

  @Test
  void showsItsOwnCertificate() {
    SSLContext context = certificates.context("local");
    try (ScriptedWorker worker =
            ScriptedWorker.decode(new Demanding(context.getServerSocketFactory()));
        RouterUnderTest nobody = router(url(worker, "127.0.0.1"), "router.workers.tls.ca", ca);
        RouterUnderTest known =
            router(
                url(worker, "127.0.0.1"),
                "router.workers.tls.ca",
                ca,
                "router.workers.tls.certificate",
                certificates.file("other.pem", certificates.chain("other")),
                "router.workers.tls.key",
                certificates.file("other.key", certificates.key("other")))) {
      assertThat(known.post(Requests.text()).status()).isEqualTo(200);
      assertThat(nobody.post(Requests.text()).status()).isEqualTo(502);
      assertThat(worker.chats()).hasSize(1);
    }
  }

  /** Server sockets that ask for a certificate. */
  private static final class Demanding extends ServerSocketFactory {
    private final SSLServerSocketFactory sockets;

    Demanding(SSLServerSocketFactory sockets) {
      this.sockets = sockets;
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
      return demand(sockets.createServerSocket(port));
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
      return demand(sockets.createServerSocket(port, backlog));
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
        throws IOException {
      return demand(sockets.createServerSocket(port, backlog, address));
    }

    private static ServerSocket demand(ServerSocket socket) {
      ((SSLServerSocket) socket).setNeedClientAuth(true);
      return socket;
    }
  }

  private static void assertRefused(RawResponse response, String reason) {
    assertThat(response.status()).isEqualTo(502);
    assertThat(response.json().get("error").get("message").textValue())
        .startsWith("decode worker https://127.0.0.1:")
        .endsWith(": " + reason);
  }

  private static ScriptedWorker worker(String alias) {
    return ScriptedWorker.decode(certificates.context(alias).getServerSocketFactory());
  }

  private static String url(ScriptedWorker worker, String host) {
    return "https://" + host + ":" + worker.port();
  }

  private static RouterUnderTest router(String urls, String... settings) {
    RouterUnderTest.Builder builder =
        RouterUnderTest.builder().decode(urls.split(",")).with("router.health.interval", "off");
    for (int i = 0; i < settings.length; i += 2) {
      builder.with(settings[i], settings[i + 1]);
    }
    return builder.start();
  }
}
