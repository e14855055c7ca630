package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Worker connections are kept, used again only when their answer has ended, and never trusted to be
 * still alive.
 */
final class ConnectionReuseTest {
  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = Cluster.start(1, 1, 1);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void usesOneConnectionForRequestsInARow() {
    for (int i = 0; i < 20; i++) {
      String body = i % 2 == 0 ? Requests.images(1) : Requests.images(1, "\"stream\":true");
      assertThat(cluster.router().post(body).isComplete()).isTrue();
    }

    assertThat(cluster.encode().chats()).hasSize(20);
    // One each, and a few more where a client was told of an end before the router had put the
    // connection back.
    assertThat(connectionsOfChats(cluster.encode())).hasSizeLessThanOrEqualTo(4);
    assertThat(connectionsOfChats(cluster.prefill())).hasSizeLessThanOrEqualTo(4);
    assertThat(connectionsOfChats(cluster.decode())).hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void usesNoConnectionAgainBeforeItsBodyHasEnded() {
    CountDownLatch latch = new CountDownLatch(1);
    String slow = RouterUnderTest.newId();
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents().event("1");
              if (request.requestId().equals(slow)) {
                to.await(latch);
              }
              to.event("2").endChunks();
            });

    try (RawClient client = cluster.router().connect()) {
      client.post(Requests.streamed(), "X-Request-Id: " + slow).readHead();
      client.readChunk();
      for (int i = 0; i < 10; i++) {
        assertThat(cluster.router().post(Requests.streamed()).text())
            .isEqualTo("data: 1\n\ndata: 2\n\n");
      }
      latch.countDown();
      assertThat(client.readChunk().orElseThrow().text()).isEqualTo("data: 2\n\n");
      assertThat(client.readChunk()).isEmpty();
    }

    int connection = cluster.decode().awaitChatOf(slow).connection();
    assertThat(cluster.decode().chats().stream().filter(r -> r.connection() == connection))
        .hasSize(1);
  }

  @Test
  void survivesAWorkerThatClosesIdleConnections() {
    for (int i = 0; i < 100; i++) {
      RawResponse response =
          cluster.router().post(i % 2 == 0 ? Requests.images(1) : Requests.streamed());
      assertThat(response.status()).as("request %s: %s", i, response).isEqualTo(200);
      assertThat(response.isComplete()).isTrue();
      cluster.workers().forEach(ScriptedWorker::closeIdleConnections);
    }
    assertThat(cluster.decode().chats()).hasSizeGreaterThanOrEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"encode", "prefill", "decode"})
  void repeatsARequestWhoseReusedConnectionDiedBeforeTheFirstByte(String stage) {
    ScriptedWorker worker = cluster.stage(stage).get(0);
    assertThat(cluster.router().post(Requests.images(1)).status()).isEqualTo(200);
    Set<Integer> used = connectionsOfChats(worker);
    worker.onChat(
        (request, to) -> {
          if (used.contains(request.connection())) {
            to.close();
          } else {
            to.json(200, answerOf(stage));
          }
        });
    String id = RouterUnderTest.newId();
    String body = Requests.images(1);

    RawResponse response = cluster.router().post(body, "X-Request-Id: " + id);

    assertThat(response.status()).as("%s", response).isEqualTo(200);
    assertThat(worker.chatsOf(id)).hasSize(2);
    assertThat(worker.chatsOf(id).get(0).body()).isEqualTo(worker.chatsOf(id).get(1).body());
    assertThat(worker.chatsOf(id).get(0).requestId())
        .isEqualTo(worker.chatsOf(id).get(1).requestId());
    for (String other : new String[] {"encode", "prefill", "decode"}) {
      if (!other.equals(stage)) {
        assertThat(cluster.stage(other).get(0).chatsOf(id)).as(other).hasSize(1);
      }
    }
  }

  @Test
  void repeatsARequestWhoseReusedConnectionWasReset() {
    assertThat(cluster.router().post(Requests.streamed()).status()).isEqualTo(200);
    Set<Integer> used = connectionsOfChats(cluster.decode());
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              if (used.contains(request.connection())) {
                to.reset();
              } else {
                Scripts.stream(to, Scripts.EVENTS);
              }
            });

    String id = RouterUnderTest.newId();

    RawResponse response = cluster.router().post(Requests.streamed(), "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.decode().chatsOf(id)).hasSize(2);
    assertThat(response.chunks()).hasSize(Scripts.EVENTS.size());
  }

  @Test
  void usesNoConnectionAgainThatTheWorkerSaidItCloses() {
    cluster
        .decode()
        .onChat(
            (request, to) ->
                to.json(200, "{\"n\":" + request.connection() + "}", "Connection: close"));

    for (int i = 0; i < 5; i++) {
      assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
    }

    assertThat(connectionsOfChats(cluster.decode())).hasSize(5);
  }

  @Test
  void asksWorkersToKeepConnections() {
    cluster.router().post(Requests.text(), "Connection: close");

    assertThat(cluster.decode().chats().get(0).headerValues("connection"))
        .allSatisfy(v -> assertThat(v).isNotEqualToIgnoringCase("close"));
  }

  @Test
  void dropsConnectionsThatLieIdle() {
    try (Cluster other = Cluster.start(0, 0, 1, "router.worker-keep-alive", "200ms")) {
      other.router().post(Requests.text());

      assertThat(other.decode().chats().get(0).awaitDisconnect()).isPositive();
      assertThat(other.router().post(Requests.text()).status()).isEqualTo(200);
    }
  }

  private static String answerOf(String stage) {
    return stage.equals("prefill")
        ? "{\"kv_transfer_params\":" + Scripts.TRANSFER_PARAMS + "}"
        : "{\"id\":\"x\"}";
  }

  private static Set<Integer> connectionsOfChats(ScriptedWorker worker) {
    Set<Integer> connections = ConcurrentHashMap.newKeySet();
    worker.chats().forEach(r -> connections.add(r.connection()));
    return connections;
  }
}
