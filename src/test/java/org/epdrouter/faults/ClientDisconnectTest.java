package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that leaves takes its worker requests with it, at every stage, and nobody else's. */
final class ClientDisconnectTest {
  /** The catalogue says 100 ms; a busy machine gets more. */
  private static final Duration AT_ONCE = Duration.ofSeconds(2);

  private static Cluster cluster;

  /** How a client leaves. */
  enum Leaving {
    CLOSE {
      @Override
      void leave(RawClient client) {
        client.close();
      }
    },
    RESET {
      @Override
      void leave(RawClient client) {
        client.reset();
      }
    },
    HALF_CLOSE {
      @Override
      void leave(RawClient client) {
        client.halfClose();
      }
    };

    abstract void leave(RawClient client);
  }

  @BeforeAll
  static void start() {
    cluster = Cluster.start(1, 1, 1);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void reset() {
    cluster.reset();
  }

  @ParameterizedTest(name = "{0} during {1}, streamed: {2}")
  @MethodSource("leavings")
  void cancelsTheWorkersRequest(Leaving leaving, String stage, boolean streamed) {
    cluster.stage(stage).get(0).onChat(Scripts.STALL);
    String id = RouterUnderTest.newId();

    try (RawClient client = cluster.router().connect()) {
      client.post(Requests.images(3, "\"stream\":" + streamed), "X-Request-Id: " + id);
      int calls = stage.equals("encode") ? 3 : 1;
      cluster.stage(stage).get(0).awaitChatOf(id, calls - 1);
      long left = System.nanoTime();
      leaving.leave(client);

      for (ReceivedRequest request : cluster.stage(stage).get(0).chatsOf(id)) {
        assertThat(Duration.ofNanos(request.awaitDisconnect() - left)).isLessThan(AT_ONCE);
      }
    }

    cluster.stage(stage).get(0).reset();
    cluster.sentinel();
    if (stage.equals("encode")) {
      assertThat(cluster.prefill().chatsOf(id)).isEmpty();
    }
    if (!stage.equals("decode")) {
      assertThat(cluster.decode().chatsOf(id)).isEmpty();
    }
  }

  static Stream<Arguments> leavings() {
    return Stream.of(Leaving.values())
        .flatMap(
            leaving ->
                Stream.of("encode", "prefill", "decode")
                    .flatMap(
                        stage ->
                            Stream.of(true, false)
                                .map(streamed -> Arguments.of(leaving, stage, streamed))));
  }

  @ParameterizedTest
  @EnumSource(Leaving.class)
  void cancelsAStreamInTheMiddle(Leaving leaving) {
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents().event("1");
              to.stall();
            });
    String id = RouterUnderTest.newId();

    try (RawClient client = cluster.router().connect()) {
      client.post(Requests.streamed(), "X-Request-Id: " + id).readHead();
      client.readChunk();
      long left = System.nanoTime();
      leaving.leave(client);

      assertThat(Duration.ofNanos(cluster.decode().awaitChatOf(id).awaitDisconnect() - left))
          .isLessThan(AT_ONCE);
    }
  }

  @Test
  void stopsAStreamThatIsStillWriting() {
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents();
              while (!request.isDisconnected()) {
                to.event("x".repeat(4000));
              }
            });

    try (RawClient client = cluster.router().connect()) {
      client.post(Requests.streamed()).readHead();
      client.readChunk();
    }

    assertThat(cluster.decode().awaitChat(0).awaitDisconnect()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /v1/chat/comp",
        "POST /v1/chat/completions HTTP/1.1|Host: router|",
        "POST /v1/chat/completions HTTP/1.1|Host: router|Content-Length: 99||{\"model\":\"m\"",
        "POST /v1/chat/completions HTTP/1.1|Host: router|Transfer-Encoding: chunked||5|{\"mod"
      })
  void callsNobodyWhenTheRequestWasNotWhole(String part) {
    for (Leaving leaving : Leaving.values()) {
      try (RawClient client = cluster.router().connect()) {
        client.send(part.replace("|", "\r\n"));
        leaving.leave(client);
      }
    }

    cluster.sentinel();
    assertThat(cluster.decode().chats()).hasSize(1);
  }

  @Test
  void neverServesAPipelinedRequestOfAClientThatLeft() {
    cluster.decode().onChat(Scripts.STALL);
    String first = RouterUnderTest.newId();
    String second = RouterUnderTest.newId();
    byte[] body = Requests.text().getBytes(StandardCharsets.UTF_8);

    try (RawClient client = cluster.router().connect()) {
      client.send(
          Requests.concat(
              Requests.post(Requests.CHAT_PATH, body, "X-Request-Id: " + first),
              Requests.post(Requests.CHAT_PATH, body, "X-Request-Id: " + second)));
      cluster.decode().awaitChatOf(first);
    }

    assertThat(cluster.decode().awaitChatOf(first).awaitDisconnect()).isPositive();
    cluster.decode().reset();
    cluster.sentinel();
    assertThat(cluster.prefill().chatsOf(second)).isEmpty();
    assertThat(cluster.decode().chatsOf(second)).isEmpty();
  }

  @Test
  void leavesTheStreamsOfOthersAlone() {
    CountDownLatch latch = new CountDownLatch(1);
    String leaver = RouterUnderTest.newId();
    cluster
        .decode()
        .onChat(
            (request, to) -> to.startEvents().event("1").await(latch).event("[DONE]").endChunks());

    try (RawClient stayer = cluster.router().connect()) {
      RawResponse head = stayer.post(Requests.streamed()).readHead();
      stayer.readChunk();
      try (RawClient client = cluster.router().connect()) {
        client.post(Requests.streamed(), "X-Request-Id: " + leaver).readHead();
        client.readChunk();
      }
      cluster.decode().awaitChatOf(leaver).awaitDisconnect();
      latch.countDown();

      RawResponse rest = stayer.readRest(head);
      assertThat(rest.chunkTexts()).containsExactly("data: [DONE]\n\n");
      assertThat(rest.isComplete()).isTrue();
    }
  }

  @Test
  void doesNotMindAClientThatLeavesAfterItsAnswer() {
    for (int i = 0; i < 20; i++) {
      try (RawClient client = cluster.router().connect()) {
        assertThat(client.post(Requests.streamed()).read().isComplete()).isTrue();
      }
    }

    assertThat(cluster.decode().chats()).hasSize(20);
    // A close of the client's that came as a cancel would have cost the worker's connection.
    assertThat(cluster.decode().chats().stream().map(ReceivedRequest::connection).distinct())
        .hasSizeLessThan(10);
  }

  @Test
  void holdsLeavingClientsAgainstNoWorker() {
    for (String stage : List.of("encode", "prefill", "decode")) {
      ScriptedWorker worker = cluster.stage(stage).get(0);
      worker.onChat(Scripts.STALL);
      for (int i = 0; i < 30; i++) {
        String id = RouterUnderTest.newId();
        try (RawClient client = cluster.router().connect()) {
          client.post(Requests.images(1), "X-Request-Id: " + id);
          worker.awaitChatOf(id);
        }
        worker.awaitChatOf(id).awaitDisconnect();
      }
      worker.reset();
    }

    assertThat(cluster.router().post(Requests.images(1)).status()).isEqualTo(200);
    assertThat(cluster.router().get("/health").status()).isEqualTo(200);
  }
}
