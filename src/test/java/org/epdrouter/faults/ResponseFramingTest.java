package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker whose answer is not HTTP is a 502, and its connection is never used again. */
final class ResponseFramingTest {
  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = Cluster.start(0, 0, 1, "router.decode.first-byte-timeout", "3s");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("garbage")
  void answers502(String what, String answer) {
    assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
    cluster
        .decode()
        .onChat((request, to) -> to.write(answer.getBytes(StandardCharsets.ISO_8859_1)).close());

    RawResponse response = cluster.router().post(Requests.text());

    assertFailed(response, what);
    assertNextIsServedOnAnotherConnection();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("garbage")
  void answers502ThoughTheWorkerStays(String what, String answer) {
    cluster
        .decode()
        .onChat((request, to) -> to.write(answer.getBytes(StandardCharsets.ISO_8859_1)).stall());

    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.status()).as(what).isIn(502, 504);
    assertThat(cluster.decode().chats().get(0).awaitDisconnect()).isPositive();
    assertNextIsServedOnAnotherConnection();
  }

  static Stream<Arguments> garbage() {
    String json = "content-type: application/json\r\n";
    return Stream.of(
        Arguments.of(
            "B1 TE and CL",
            "HTTP/1.1 200 OK\r\n"
                + json
                + "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        Arguments.of(
            "B2 TE in HTTP/1.0",
            "HTTP/1.0 200 OK\r\n"
                + json
                + "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        Arguments.of(
            "B3 different CLs",
            "HTTP/1.1 200 OK\r\n" + json + "content-length: 2\r\ncontent-length: 3\r\n\r\n{}"),
        Arguments.of(
            "B3 negative CL", "HTTP/1.1 200 OK\r\n" + json + "content-length: -2\r\n\r\n{}"),
        Arguments.of(
            "B3 CL that is no number",
            "HTTP/1.1 200 OK\r\n" + json + "content-length: two\r\n\r\n{}"),
        Arguments.of(
            "B3 CL with a sign", "HTTP/1.1 200 OK\r\n" + json + "content-length: +2\r\n\r\n{}"),
        Arguments.of(
            "B4 TE that does not end in chunked",
            "HTTP/1.1 200 OK\r\n"
                + json
                + "transfer-encoding: chunked, gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        Arguments.of(
            "B4 unknown TE",
            "HTTP/1.1 200 OK\r\n"
                + json
                + "transfer-encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        Arguments.of(
            "B4 chunk size",
            "HTTP/1.1 200 OK\r\n"
                + json
                + "transfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n"),
        Arguments.of("B5 garbage", "\u0000\u0001\u0002\u00ff\u00fe garbage\r\n\r\n"),
        Arguments.of("B5 SSH", "SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        Arguments.of("B5 TLS alert", "\u0015\u0003\u0001\u0000\u0002\u0002F"),
        Arguments.of("B5 HTTP/2", "\u0000\u0000\u0012\u0004\u0000\u0000\u0000\u0000\u0000"),
        Arguments.of("B5 request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Arguments.of(
            "B6 101",
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nxyz"),
        Arguments.of(
            "B11 huge header",
            "HTTP/1.1 200 OK\r\nx-big: " + "a".repeat(1 << 20) + "\r\ncontent-length: 2\r\n\r\n{}"),
        Arguments.of(
            "B12 NUL in a header",
            "HTTP/1.1 200 OK\r\nx-a: 1\u00002\r\ncontent-length: 2\r\n\r\n{}"),
        Arguments.of(
            "B12 CR in a header", "HTTP/1.1 200 OK\r\nx-a: 1\r2\r\ncontent-length: 2\r\n\r\n{}"),
        Arguments.of(
            "B12 header without a colon", "HTTP/1.1 200 OK\r\nx-a\r\ncontent-length: 2\r\n\r\n{}"),
        Arguments.of("B13 status 99", "HTTP/1.1 99 Low\r\ncontent-length: 2\r\n\r\n{}"),
        Arguments.of("B13 status 1000", "HTTP/1.1 1000 High\r\ncontent-length: 2\r\n\r\n{}"),
        Arguments.of("B13 status 0", "HTTP/1.1 000 None\r\ncontent-length: 2\r\n\r\n{}"),
        Arguments.of(
            "B13 status that is no number", "HTTP/1.1 OK 200\r\ncontent-length: 2\r\n\r\n{}"));
  }

  @Test
  void survivesAWorkerThatSpeaksFirst() {
    cluster.decode().greeting("SSH-2.0-OpenSSH_9.6\r\n".getBytes(StandardCharsets.US_ASCII));

    assertFailed(cluster.router().post(Requests.text()), "greeting");

    cluster.decode().reset();
    assertThat(cluster.router().post(Requests.text()).text()).isEqualTo(Scripts.COMPLETION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"100 Continue", "102 Processing", "103 Early Hints"})
  void swallowsInterimResponses(String interim) {
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              for (int i = 0; i < 5; i++) {
                to.write("HTTP/1.1 " + interim + "\r\nlink: <x>\r\n\r\n");
              }
              to.json(200, Scripts.COMPLETION);
            });

    for (int i = 0; i < 2; i++) {
      RawResponse response = cluster.router().post(Requests.text());
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.informational()).isEmpty();
      assertThat(response.header("link")).isNull();
      assertThat(response.text()).isEqualTo(Scripts.COMPLETION);
    }
  }

  @Test
  void survivesAFloodOfInterimResponses() {
    String flood = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              for (int i = 0; i < 100; i++) {
                to.write(flood);
              }
              to.json(200, Scripts.COMPLETION);
            });

    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.status()).isIn(200, 502);
    cluster.decode().reset();
    assertThat(cluster.router().post(Requests.text()).text()).isEqualTo(Scripts.COMPLETION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"204 No Content", "304 Not Modified"})
  void takesNoBodyWhereThereIsNone(String status) {
    cluster
        .decode()
        .onChat(
            (request, to) ->
                to.write(
                    "HTTP/1.1 "
                        + status
                        + "\r\n"
                        + "content-length: 2\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\n"
                        + "content-length: 6\r\n\r\n"
                        + "stolen"));

    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.status()).isIn(Integer.parseInt(status.substring(0, 3)), 502);
    cluster.decode().reset();
    assertThat(cluster.router().post(Requests.text()).text()).isEqualTo(Scripts.COMPLETION);
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 1000})
  void takesManyHeadersOrRefusesThem(int headers) {
    String[] lines = new String[headers];
    for (int i = 0; i < headers; i++) {
      lines[i] = "x-h-" + i + ": " + i;
    }
    cluster.decode().onChat((request, to) -> to.json(200, Scripts.COMPLETION, lines));

    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.status()).isIn(headers == 50 ? List.of(200) : List.of(200, 502));
    cluster.decode().reset();
    assertThat(cluster.router().post(Requests.text()).text()).isEqualTo(Scripts.COMPLETION);
  }

  @Test
  void takesHeadersOf60Kilobytes() {
    cluster
        .decode()
        .onChat((request, to) -> to.json(200, Scripts.COMPLETION, "x-big: " + "a".repeat(60_000)));

    assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void neverAnswersWithBytesThatFollowedAResponse(boolean streamed) {
    String stolen =
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 6\r\n\r\nstolen";
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              if (streamed) {
                to.write(
                    "HTTP/1.1 200 OK\r\n"
                        + "content-type: text/event-stream\r\n"
                        + "transfer-encoding: chunked\r\n\r\n"
                        + "9\r\n"
                        + "data: 1\n\n\r\n"
                        + "0\r\n\r\n"
                        + stolen);
              } else {
                to.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}" + stolen);
              }
            });

    RawResponse first = cluster.router().post(streamed ? Requests.streamed() : Requests.text());
    cluster.decode().reset();
    RawResponse second = cluster.router().post(Requests.text());

    assertThat(first.text()).isEqualTo(streamed ? "data: 1\n\n" : "{}");
    assertThat(second.text()).isEqualTo(Scripts.COMPLETION);
  }

  @Test
  void neverAnswersWithBytesThatCameOnAnIdleConnection() {
    for (int i = 0; i < 10; i++) {
      RawResponse response = cluster.router().post(Requests.text());
      assertThat(response.text()).as("request " + i).isEqualTo(Scripts.COMPLETION);
      cluster
          .decode()
          .writeOnIdleConnections(
              "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nstolen"
                  .getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void usesNoConnectionAgainWhoseAnswerCameBeforeTheRequestWasSent() {
    CountDownLatch mayRead = new CountDownLatch(1);
    cluster
        .decode()
        .onChat((request, to) -> to.json(413, "{\"error\":{}}"))
        .answeringAtHead(mayRead);
    String id = RouterUnderTest.newId();
    String body = Requests.parts(List.of(Requests.inlineImage(16 << 20)));

    RawResponse response = cluster.router().post(body, "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(413);
    assertThat(response.text()).isEqualTo("{\"error\":{}}");
    int first = cluster.decode().awaitChatOf(id).connection();
    mayRead.countDown();
    cluster.decode().reset();
    String next = RouterUnderTest.newId();
    assertThat(cluster.router().post(Requests.text(), "X-Request-Id: " + next).text())
        .isEqualTo(Scripts.COMPLETION);
    assertThat(cluster.decode().awaitChatOf(next).connection()).isNotEqualTo(first);
  }

  private static void assertFailed(RawResponse response, String what) {
    assertThat(response.status()).as("%s: %s", what, response).isEqualTo(502);
    assertThat(response.json().get("error").get("code").textValue()).isEqualTo("worker_failed");
    assertThat(response.json().get("error").get("type").textValue()).isEqualTo("server_error");
    assertThat(response.isComplete()).isTrue();
  }

  private void assertNextIsServedOnAnotherConnection() {
    int bad = cluster.decode().chats().get(cluster.decode().chats().size() - 1).connection();
    cluster.decode().reset();

    RawResponse next = cluster.router().post(Requests.text());

    assertThat(next.status()).as("%s", next).isEqualTo(200);
    assertThat(next.text()).isEqualTo(Scripts.COMPLETION);
    assertThat(cluster.decode().chats().get(0).connection()).isNotEqualTo(bad);
  }
}
