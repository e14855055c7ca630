package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.epdrouter.testing.BlackHole;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** `GET /health`: the reference's words, and an answer within a second whatever a worker does. */
final class HealthTest {
  /** A second, and something for a busy machine. */
  private static final Duration A_SECOND = Duration.ofMillis(1500);

  @ParameterizedTest
  @MethodSource("layouts")
  void isHealthyWhenAllWorkersAre(int encode, int prefill, String encodeSays, String prefillSays) {
    try (Cluster cluster = Cluster.start(encode, prefill, 1)) {
      Eventually.asserts(
          () -> assertHealth(cluster.router(), 200, encodeSays, prefillSays, "healthy"));
    }
  }

  static Stream<Arguments> layouts() {
    return Stream.of(
        Arguments.of(1, 1, "healthy", "healthy"),
        Arguments.of(2, 0, "healthy", "empty"),
        Arguments.of(0, 2, "empty", "healthy"),
        Arguments.of(0, 0, "empty", "empty"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"encode", "prefill", "decode"})
  void isNotHealthyWithoutALiveWorkerInAStage(String stage) {
    try (Cluster cluster = Cluster.start(1, 1, 1)) {
      cluster.stage(stage).get(0).close();

      Eventually.asserts(
          () ->
              assertHealth(
                  cluster.router(),
                  503,
                  stage.equals("encode") ? "unhealthy" : "healthy",
                  stage.equals("prefill") ? "unhealthy" : "healthy",
                  stage.equals("decode") ? "unhealthy" : "healthy"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"encode", "prefill", "decode"})
  void isNotHealthyWhenAnEngineIsDead(String stage) {
    try (Cluster cluster = Cluster.start(1, 1, 1)) {
      cluster.stage(stage).get(0).on("/health", Scripts.error(503));

      Eventually.asserts(() -> assertThat(health(cluster.router()).status()).isEqualTo(503));

      cluster.stage(stage).get(0).on("/health", Scripts.HEALTHY);
      Eventually.asserts(
          () -> assertHealth(cluster.router(), 200, "healthy", "healthy", "healthy"));
    }
  }

  @Test
  void canServeWithOneWorkerOfTwo() {
    try (Cluster cluster = Cluster.start(0, 0, 2)) {
      cluster.decode(0).close();

      for (int i = 0; i < 5; i++) {
        assertThat(health(cluster.router()).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void answersWithinASecondWhenWorkersSwallowEverything() {
    try (BlackHole hole = new BlackHole();
        ScriptedWorker mute = ScriptedWorker.prefill().on("/health", Scripts.STALL);
        ScriptedWorker drip =
            ScriptedWorker.decode()
                .on("/health", (request, to) -> to.write("HTTP/1.1 200 OK\r\n").stall());
        RouterUnderTest router =
            RouterUnderTest.builder()
                .encode(hole.url(), hole.url())
                .prefill(mute)
                .decode(drip)
                .start()) {
      for (int i = 0; i < 3; i++) {
        long start = System.nanoTime();
        RawResponse response = router.get("/health");
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        assertThat(took).isLessThan(A_SECOND);
        assertThat(response.json().get("proxy").textValue()).isEqualTo("healthy");
      }
      Eventually.asserts(() -> assertHealth(router, 503, "unhealthy", "unhealthy", "unhealthy"));
    }
  }

  @Test
  void leavesNoProbeBehindAtASilentWorker() {
    try (ScriptedWorker mute = ScriptedWorker.decode().on("/health", Scripts.STALL);
        RouterUnderTest router = RouterUnderTest.builder().decode(mute).start()) {
      router.get("/health");

      assertThat(mute.awaitRequest(0).awaitDisconnect()).isPositive();
    }
  }

  @Test
  void answersHeadersOnlyToHead() {
    try (Cluster cluster = Cluster.start(0, 0, 1);
        var client = cluster.router().connect()) {
      client.send(org.epdrouter.testing.Requests.head("HEAD /health HTTP/1.1"));
      RawResponse head = client.readBodiless();

      assertThat(head.status()).isIn(200, 405);
      assertThat(client.get("/health").read().status()).isEqualTo(200);
    }
  }

  private static RawResponse health(RouterUnderTest router) {
    return router.get("/health");
  }

  private static void assertHealth(
      RouterUnderTest router, int status, String encode, String prefill, String decode) {
    RawResponse response = health(router);
    assertThat(response.json().fieldNames())
        .toIterable()
        .containsExactlyElementsOf(
            List.of("proxy", "encode_cluster", "prefill_cluster", "decode_cluster"));
    assertThat(response.json().get("proxy").textValue()).isEqualTo("healthy");
    assertThat(response.json().get("encode_cluster").textValue()).isEqualTo(encode);
    assertThat(response.json().get("prefill_cluster").textValue()).isEqualTo(prefill);
    assertThat(response.json().get("decode_cluster").textValue()).isEqualTo(decode);
    assertThat(response.status()).isEqualTo(status);
    assertThat(response.header("content-type")).startsWith("application/json");
  }
}
