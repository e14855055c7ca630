package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.Script;
import org.epdrouter.testing.Scripts;
import org.epdrouter.worker.Worker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** H7 to H11: breakers and probes keep calls away from workers that fail, and let them back. */
final class SickWorkerTest {
  private static final int FAILURES = 3;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sendsNothingMoreToAWorkerThatFailsAgainAndAgain(boolean resets) {
    try (Cluster cluster = cluster("1h")) {
      cluster.decode(0).onChat(resets ? Scripts.RESET : Scripts.error(500));

      int failed = 0;
      for (int i = 0; i < 20; i++) {
        failed += cluster.router().post(Requests.text()).status() == 200 ? 0 : 1;
      }

      assertThat(failed).isEqualTo(resets ? 0 : FAILURES);
      assertThat(cluster.decode(0).chats()).hasSize(FAILURES);
      assertThat(breaker(cluster, 0).getState()).isEqualTo(State.OPEN);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 422, 429})
  void doesNotBlameAWorkerForARequest(int status) {
    try (Cluster cluster = cluster("1h")) {
      cluster.decode(0).onChat(Scripts.error(status));

      for (int i = 0; i < 10; i++) {
        cluster.router().post(Requests.text());
      }

      assertThat(cluster.decode(0).chats()).hasSize(5);
      assertThat(breaker(cluster, 0).getState()).isEqualTo(State.CLOSED);
    }
  }

  @Test
  void doesNotBlameAWorkerForClientsThatLeave() {
    try (Cluster cluster = cluster("1h")) {
      cluster.stage("decode").forEach(worker -> worker.onChat(Scripts.STALL));
      for (int i = 0; i < 4 * FAILURES; i++) {
        int seen = i + 1;
        try (RawClient client = cluster.router().connect()) {
          client.post(Requests.text());
          Eventually.holds("arrived", () -> cluster.chats().size() == seen);
        }
      }
      Eventually.asserts(() -> assertThat(cluster.router().inFlight()).isZero());

      cluster.reset();
      for (int i = 0; i < 4; i++) {
        assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
      }

      assertThat(cluster.decode(0).chats()).hasSize(2);
    }
  }

  @Test
  void doesNotBlameAWorkerThatFailsNowAndThen() {
    try (Cluster cluster = cluster("1h")) {
      AtomicInteger calls = new AtomicInteger();
      cluster
          .decode(0)
          .onChat(
              (request, to) ->
                  (calls.incrementAndGet() % FAILURES == 0
                          ? Scripts.usual("decode")
                          : Scripts.error(500))
                      .answer(request, to));

      for (int i = 0; i < 24; i++) {
        cluster.router().post(Requests.text());
      }

      assertThat(calls).hasValue(12);
    }
  }

  @Test
  void usesWorkersWhoseBreakersAreOpenWhenNoOtherIsLeft() {
    try (Cluster cluster = cluster("1h")) {
      cluster.stage("decode").forEach(worker -> worker.onChat(Scripts.error(500)));
      for (int i = 0; i < 3 * FAILURES; i++) {
        assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(500);
      }
      assertThat(breaker(cluster, 0).getState()).isEqualTo(State.OPEN);
      assertThat(breaker(cluster, 1).getState()).isEqualTo(State.OPEN);

      cluster.reset();

      for (int i = 0; i < 4; i++) {
        assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
      }
      assertThat(cluster.decode(0).chats()).hasSize(2);
    }
  }

  @Test
  void letsOneCallTryAWorkerThatHasFailedAndThenAll() {
    try (Cluster cluster = cluster("1h")) {
      CountDownLatch trial = new CountDownLatch(1);
      Script waits =
          (request, to) -> {
            to.await(trial);
            Scripts.usual("decode").answer(request, to);
          };
      cluster.decode(0).onChat(waits);
      breaker(cluster, 0).transitionToOpenState();
      breaker(cluster, 0).transitionToHalfOpenState();
      try (RawClient one = cluster.router().connect();
          RawClient other = cluster.router().connect()) {
        one.post(Requests.text());
        other.post(Requests.text());
        cluster.decode(0).awaitChat(0);

        for (int i = 0; i < 10; i++) {
          assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
        }

        assertThat(cluster.decode(0).chats()).hasSize(1);
        trial.countDown();
        assertThat(one.read().status()).isEqualTo(200);
        assertThat(other.read().status()).isEqualTo(200);
      }
      Eventually.holds("closed", () -> breaker(cluster, 0).getState() == State.CLOSED);
      int before = cluster.decode(0).chats().size();
      for (int i = 0; i < 6; i++) {
        cluster.router().post(Requests.text());
      }
      assertThat(cluster.decode(0).chats()).hasSize(before + 3);
    }
  }

  @Test
  void findsADeadWorkerAfterSomeProbesAndALivingOneAfterOne() {
    try (Cluster cluster =
        Cluster.start(0, 0, 2, "router.health.interval", "100ms", "router.health.threshold", "3")) {
      Worker worker = cluster.router().pool("decode").workers().get(0);
      AtomicInteger failed = new AtomicInteger();
      AtomicInteger good = new AtomicInteger();
      cluster
          .decode(0)
          .on(
              "/health",
              (request, to) -> {
                failed.incrementAndGet();
                to.head("503 Service Unavailable", "content-length: 0");
              });

      Eventually.holds("dead", () -> !worker.isAlive());
      assertThat(failed.get()).isGreaterThanOrEqualTo(3);
      for (int i = 0; i < 6; i++) {
        assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
      }
      assertThat(cluster.decode(0).chats()).isEmpty();

      cluster
          .decode(0)
          .on(
              "/health",
              (request, to) -> {
                if (good.incrementAndGet() == 1) {
                  Scripts.HEALTHY.answer(request, to);
                } else {
                  to.stall();
                }
              });
      Eventually.holds("back", worker::isAlive);
      assertThat(good.get()).isBetween(1, 2);
    }
  }

  @Test
  void keepsAWorkerWhoseHealthFlaps() {
    try (Cluster cluster =
        Cluster.start(0, 0, 2, "router.health.interval", "20ms", "router.health.threshold", "2")) {
      Worker worker = cluster.router().pool("decode").workers().get(0);
      AtomicInteger probes = new AtomicInteger();
      cluster
          .decode(0)
          .on(
              "/health",
              (request, to) ->
                  to.head(
                      probes.incrementAndGet() % 2 == 0 ? "200 OK" : "503 Service Unavailable",
                      "content-length: 0"));

      Eventually.holds(
          "many probes",
          () -> {
            assertThat(worker.isAlive()).isTrue();
            return probes.get() >= 20;
          });
    }
  }

  @Test
  void keepsAWorkerThatIsTooBusyForProbesButServes() {
    try (Cluster cluster =
        Cluster.start(
            0,
            0,
            1,
            "router.health.interval",
            "20ms",
            "router.health.timeout",
            "300ms",
            "router.health.threshold",
            "1")) {
      Worker worker = cluster.router().pool("decode").workers().get(0);
      AtomicInteger probes = new AtomicInteger();
      cluster
          .decode()
          .on(
              "/health",
              (request, to) -> {
                probes.incrementAndGet();
                to.stall();
              });

      Eventually.holds(
          "some probes", // each of which fails while calls succeed
          () -> {
            assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
            assertThat(worker.isAlive()).isTrue();
            return probes.get() >= 4;
          });

      Eventually.holds("dead without calls", () -> !worker.isAlive());
    }
  }

  @Test
  void givesAWorkerThatCameBackOnlySomeOfItsTurns() {
    try (Cluster cluster =
        Cluster.start(0, 0, 2, "router.health.interval", "20ms", "router.slow-start", "1h")) {
      Worker worker = cluster.router().pool("decode").workers().get(0);
      worker.alive(false);
      Eventually.holds("back", worker::isAlive);

      for (int i = 0; i < 100; i++) {
        assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
      }

      assertThat(cluster.decode(0).chats()).hasSizeBetween(1, 30);
    }
  }

  @Test
  void givesTheOnlyWorkerThatCameBackEveryCall() {
    try (Cluster cluster =
        Cluster.start(0, 0, 1, "router.health.interval", "20ms", "router.slow-start", "1h")) {
      Worker worker = cluster.router().pool("decode").workers().get(0);
      worker.alive(false);
      Eventually.holds("back", worker::isAlive);

      for (int i = 0; i < 20; i++) {
        assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void answersALoopThroughItselfWith508() {
    try (Cluster cluster = Cluster.start(0, 0, 1)) {
      cluster.router().post(Requests.text());
      String via = cluster.decode().awaitChat(0).header("via");

      RawResponse response = cluster.router().post(Requests.text(), "Via: 1.1 other, " + via);

      assertThat(response.status()).isEqualTo(508);
      assertThat(response.json().get("error").get("code").textValue()).isEqualTo("loop_detected");
      assertThat(cluster.decode().chats()).hasSize(1);
      assertThat(cluster.router().post(Requests.text(), "X-Request-Id: " + RouterUnderTest.newId()))
          .extracting(RawResponse::status)
          .isEqualTo(200);
    }
  }

  private static CircuitBreaker breaker(Cluster cluster, int worker) {
    return cluster
        .router()
        .bean("circuitBreakers", CircuitBreakerRegistry.class)
        .circuitBreaker(cluster.router().pool("decode").workers().get(worker).toString());
  }

  private static Cluster cluster(String open) {
    return Cluster.start(
        0,
        0,
        2,
        "router.health.interval",
        "off",
        "router.breaker.failures",
        Integer.toString(FAILURES),
        "router.breaker.open",
        open,
        "router.slow-start",
        "off");
  }
}
