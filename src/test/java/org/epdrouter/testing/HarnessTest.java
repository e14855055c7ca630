package org.epdrouter.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.epdrouter.testing.RawResponse.Ending;
import org.junit.jupiter.api.Test;

/** The scripted worker and the raw client against each other. */
final class HarnessTest {

  @Test
  void recordsRequestsByteByByte() {
    try (ScriptedWorker worker = ScriptedWorker.encode();
        RawClient client = RawClient.connect(worker.port())) {
      client.send(
          Requests.concat(
              Requests.head(
                  "POST /v1/chat/completions HTTP/1.1",
                  "HOST: a",
                  "x-A:  1 ",
                  "X-a: \u00a0",
                  "content-length: 3"),
              "é\n".getBytes(StandardCharsets.UTF_8)));

      RawResponse response = client.read();

      assertThat(response.status()).isEqualTo(200);
      ReceivedRequest request = worker.awaitChat(0);
      assertThat(request.headers().get(0)).isEqualTo(new Header("HOST", "a"));
      assertThat(request.headerValues("X-A")).containsExactly("1", "\u00a0");
      assertThat(request.body()).isEqualTo("é\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void keepsConnectionsAliveAndTellsThemApart() {
    try (ScriptedWorker worker = ScriptedWorker.encode();
        RawClient first = RawClient.connect(worker.port());
        RawClient second = RawClient.connect(worker.port())) {
      first.post("{}").read();
      first.post("{}").read();
      second.post("{}").read();

      assertThat(worker.chats().stream().map(ReceivedRequest::connection))
          .containsExactly(
              worker.awaitChat(0).connection(),
              worker.awaitChat(0).connection(),
              1 - worker.awaitChat(0).connection());
      assertThat(worker.connections()).isEqualTo(2);
    }
  }

  @Test
  void readsEveryPipelinedAnswerInOrder() {
    try (ScriptedWorker worker =
            ScriptedWorker.answering((request, to) -> to.json(200, request.text()));
        RawClient client = RawClient.connect(worker.port())) {
      byte[] one = Requests.post(Requests.CHAT_PATH, "{\"n\":1}".getBytes(StandardCharsets.UTF_8));
      byte[] two =
          Requests.postChunked(Requests.CHAT_PATH, "{\"n\":2}".getBytes(StandardCharsets.UTF_8), 3);
      client.send(Requests.concat(one, two));

      assertThat(client.read().text()).isEqualTo("{\"n\":1}");
      assertThat(client.read().text()).isEqualTo("{\"n\":2}");
    }
  }

  @Test
  void keepsChunkBoundaries() {
    try (ScriptedWorker worker = ScriptedWorker.decode();
        RawClient client = RawClient.connect(worker.port())) {
      RawResponse response = client.post(Requests.streamed()).read();

      assertThat(response.chunkTexts())
          .isEqualTo(Scripts.EVENTS.stream().map(e -> "data: " + e + "\n\n").toList());
      assertThat(response.isComplete()).isTrue();
    }
  }

  @Test
  void letsAScriptWaitBetweenChunks() {
    Semaphore permits = new Semaphore(0);
    try (ScriptedWorker worker =
            ScriptedWorker.answering(
                (request, to) ->
                    to.startEvents().event("1").await(permits).event("2").endChunks());
        RawClient client = RawClient.connect(worker.port())) {
      client.post("{}").readHead();

      assertThat(client.readChunk().orElseThrow().text()).isEqualTo("data: 1\n\n");
      permits.release();
      assertThat(client.readChunk().orElseThrow().text()).isEqualTo("data: 2\n\n");
      assertThat(client.readChunk()).isEmpty();
    }
  }

  @Test
  void tellsHowABodyEnded() {
    try (ScriptedWorker worker = ScriptedWorker.answering(Scripts.CLOSE)) {
      worker.onChat((request, to) -> to.startEvents().event("1").close());
      assertThat(ask(worker).ending()).isEqualTo(Ending.TRUNCATED);

      worker.onChat((request, to) -> to.head("200 OK", "Content-Length: 9").write("abc").close());
      RawResponse truncated = ask(worker);
      assertThat(truncated.ending()).isEqualTo(Ending.TRUNCATED);
      assertThat(truncated.text()).isEqualTo("abc");

      worker.onChat((request, to) -> to.head("200 OK").write("abc").close());
      assertThat(ask(worker).ending()).isEqualTo(Ending.COMPLETE);

      Semaphore read = new Semaphore(0);
      worker.onChat((request, to) -> to.startEvents().event("1").await(read).reset());
      try (RawClient client = RawClient.connect(worker.port())) {
        RawResponse head = client.post("{}").readHead();
        client.readChunk();
        read.release();
        assertThat(client.readRest(head).ending()).isEqualTo(Ending.RESET);
      }
    }
  }

  @Test
  void seesThePeerLeaveWhileAScriptStalls() {
    try (ScriptedWorker worker = ScriptedWorker.answering(Scripts.STALL)) {
      RawClient polite = RawClient.connect(worker.port()).post("{}");
      RawClient rude = RawClient.connect(worker.port()).post("{}");
      ReceivedRequest one = worker.awaitChat(0);
      ReceivedRequest two = worker.awaitChat(1);
      assertThat(one.isDisconnected()).isFalse();

      long before = System.nanoTime();
      polite.close();
      rude.reset();

      assertThat(one.awaitDisconnect()).isGreaterThan(before);
      assertThat(two.awaitDisconnect()).isGreaterThan(before);
    }
  }

  @Test
  void swallowsInterimResponses() {
    try (ScriptedWorker worker =
        ScriptedWorker.answering(
            (request, to) ->
                to.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n").json(200, "{}"))) {
      assertThat(ask(worker).informational()).containsExactly(103);
    }
  }

  @Test
  void answersBeforeTheBodyWhenTold() {
    try (ScriptedWorker worker =
            ScriptedWorker.answering((request, to) -> to.json(413, "{}")).answeringAtHead();
        RawClient client = RawClient.connect(worker.port())) {
      client.send(Requests.head("POST /v1/chat/completions HTTP/1.1", "Content-Length: 10"));

      assertThat(client.read().status()).isEqualTo(413);
    }
  }

  @Test
  void failsTheTestWhenTheRouterBreaksTheProtocol() {
    for (String bad :
        List.of(
            "POST / HTTP/1.1\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\na",
            "POST / HTTP/1.1\r\nA : b\r\n\r\n",
            "GET /a b HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n")) {
      ScriptedWorker worker = ScriptedWorker.encode();
      try (RawClient client = RawClient.connect(worker.port())) {
        client.send(bad).readUntilClose();
      }

      assertThatThrownBy(worker::close).as(bad).isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void failsTheTestWhenAScriptFails() {
    ScriptedWorker worker =
        ScriptedWorker.answering(
            (request, to) -> {
              throw new AssertionError("not as expected");
            });
    try (RawClient client = RawClient.connect(worker.port())) {
      client.post("{}").readUntilClose();
    }

    assertThatThrownBy(worker::close).hasMessageContaining("not as expected");
  }

  @Test
  void closesIdleConnectionsOnly() {
    Semaphore permits = new Semaphore(0);
    try (ScriptedWorker worker = ScriptedWorker.encode();
        RawClient idle = RawClient.connect(worker.port());
        RawClient busy = RawClient.connect(worker.port())) {
      idle.post("{}").read();
      worker.onChat((request, to) -> to.await(permits).json(200, "{}"));
      busy.post("{}");
      worker.awaitChat(1);

      worker.closeIdleConnections();
      idle.readUntilClose();
      permits.release();

      assertThat(busy.read().status()).isEqualTo(200);
    }
  }

  @Test
  void refusesConnectionsOnceClosed() {
    for (int i = 0; i < 50; i++) {
      ScriptedWorker worker = ScriptedWorker.encode();
      worker.close();

      assertThatThrownBy(() -> RawClient.connect(worker.port())).hasMessageContaining("refused");
    }
  }

  @Test
  void opensABlackHole() {
    try (BlackHole hole = new BlackHole()) {
      assertThat(hole.url()).startsWith("http://127.0.0.1:");
      assertThat(hole.swallows()).isTrue();
    }
  }

  @Test
  void pollsUntilADeadline() {
    int[] calls = new int[1];

    Eventually.holds("third call", () -> ++calls[0] == 3);

    assertThat(calls[0]).isEqualTo(3);
    assertThatThrownBy(
            () -> Eventually.holds("nothing", java.time.Duration.ofMillis(5), () -> false))
        .hasMessageContaining("nothing");
  }

  private static RawResponse ask(ScriptedWorker worker) {
    try (RawClient client = RawClient.connect(worker.port())) {
      return client.post("{}").read();
    }
  }
}
