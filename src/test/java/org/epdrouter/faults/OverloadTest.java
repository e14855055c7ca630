package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.junit.jupiter.api.Test;

/** More than the router may hold is refused at once, and what it holds is served. */
final class OverloadTest {

  @Test
  void shedsRequestsBeyondTheLimit() {
    try (Cluster cluster = Cluster.start(0, 0, 1, "router.max-requests", "2")) {
      CountDownLatch latch = new CountDownLatch(1);
      cluster.decode().onChat((request, to) -> to.await(latch).json(200, "{}"));
      try (RawClient first = cluster.router().connect();
          RawClient second = cluster.router().connect()) {
        first.post(Requests.text());
        second.post(Requests.streamed());
        Eventually.holds("two in flight", () -> cluster.decode().chats().size() == 2);

        assertShed(cluster.router().post(Requests.text()));

        latch.countDown();
        assertThat(first.read().status()).isEqualTo(200);
        assertThat(second.read().status()).isEqualTo(200);
      }
      Eventually.asserts(
          () -> assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200));
      assertThat(cluster.router().get("/health").status()).isEqualTo(200);
    }
  }

  @Test
  void givesAPlaceBackWhenItsClientLeaves() {
    try (Cluster cluster = Cluster.start(0, 0, 1, "router.max-requests", "1")) {
      CountDownLatch never = new CountDownLatch(1);
      cluster
          .decode()
          .onChat(
              (request, to) -> {
                to.startEvents().event("1").stall();
                never.countDown();
              });
      for (int i = 0; i < 5; i++) {
        try (RawClient client = cluster.router().connect()) {
          Eventually.asserts(
              () -> {
                client.post(Requests.streamed());
                RawResponse head = client.readHead();
                if (head.status() != 200) {
                  client.readRest(head);
                }
                assertThat(head.status()).isEqualTo(200);
              });
        }
      }
    }
  }

  @Test
  void shedsBodiesBeyondTheMemoryItMayTake() {
    try (Cluster cluster = Cluster.start(0, 0, 1, "router.max-body-memory", "4MB")) {
      CountDownLatch latch = new CountDownLatch(1);
      cluster.decode().onChat((request, to) -> to.await(latch).json(200, "{}"));
      String big = Requests.parts(List.of(Requests.inlineImage(1_500_000)));
      List<RawClient> clients = new ArrayList<>();
      try {
        for (int i = 0; i < 2; i++) {
          clients.add(cluster.router().connect().post(big));
        }
        Eventually.holds("two in flight", () -> cluster.decode().chats().size() == 2);

        assertShed(cluster.router().post(big));

        latch.countDown();
        for (RawClient client : clients) {
          assertThat(client.read().status()).isEqualTo(200);
        }
      } finally {
        clients.forEach(RawClient::close);
      }
      Eventually.asserts(() -> assertThat(cluster.router().post(big).status()).isEqualTo(200));
    }
  }

  @Test
  void shedsAnswersBeyondTheMemoryItMayTake() {
    try (Cluster cluster =
        Cluster.start(0, 2, 1, "router.max-body-memory", "1MB", "router.breaker.failures", "1")) {
      String long2Mb = "{\"x\":\"" + "x".repeat(2 << 20) + "\"}";
      cluster.prefill(0).onChat((request, to) -> to.json(200, long2Mb));

      for (int i = 0; i < 4; i++) {
        RawResponse response = cluster.router().post(Requests.text());
        if (response.status() != 200) {
          assertShed(response);
        }
      }

      // Neither tried again elsewhere nor held against the worker.
      assertThat(cluster.prefill(0).chats()).hasSize(2);
      assertThat(cluster.prefill(1).chats()).hasSize(2);
      assertThat(cluster.decode().chats()).hasSize(2);
      Eventually.asserts(() -> assertThat(cluster.router().admission().bodyMemory()).isZero());
    }
  }

  @Test
  void streamsALongAnswerOfDecodeThatFindsNoRoom() {
    try (Cluster cluster = Cluster.start(0, 0, 1, "router.max-body-memory", "256KB")) {
      String answer = "{\"x\":\"" + "x".repeat(900_000) + "\"}";
      cluster.decode().onChat((request, to) -> to.json(200, answer));

      RawResponse response = cluster.router().post(Requests.text());

      assertThat(response.status()).isEqualTo(200);
      assertThat(response.text()).isEqualTo(answer);
      Eventually.asserts(() -> assertThat(cluster.router().admission().bodyMemory()).isZero());
    }
  }

  private static void assertShed(RawResponse response) {
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.json().get("error").get("code").textValue()).isEqualTo("overloaded");
    assertThat(Integer.parseInt(response.headerValues("retry-after").get(0))).isBetween(0, 60);
  }
}
