package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** F11: when every worker of a stage answers errors, clients see them and workers see no more. */
final class ErrorStormTest {
  private static final int REQUESTS = 40;

  @ParameterizedTest(name = "{1} of {0}")
  @MethodSource("storms")
  void passesEveryErrorOnAndMultipliesNoCall(String stage, int status) {
    try (Cluster cluster = Cluster.start(2, 2, 2)) {
      cluster.stage(stage).forEach(worker -> worker.onChat(Scripts.error(status)));
      String id = RouterUnderTest.newId();

      List<RawResponse> responses =
          IntStream.range(0, REQUESTS)
              .parallel()
              .mapToObj(
                  i -> cluster.router().post(Requests.images(1), "X-Request-Id: " + id + "-" + i))
              .toList();

      assertThat(responses)
          .allSatisfy(
              response -> {
                assertThat(response.status()).isEqualTo(status);
                assertThat(response.text()).isEqualTo(Scripts.errorBody(status));
              });
      assertThat(cluster.stage(stage).stream().mapToInt(worker -> worker.chats().size()).sum())
          .isEqualTo(REQUESTS);
      cluster.stage(stage).forEach(ScriptedWorker::reset);
      cluster.sentinel();
    }
  }

  static Stream<Arguments> storms() {
    return Stream.of("encode", "prefill", "decode")
        .flatMap(stage -> Stream.of(500, 429).map(status -> Arguments.of(stage, status)));
  }

  @Test
  void takesNoWorkerOutForBeingAskedTooMuch() {
    try (Cluster cluster =
        Cluster.start(0, 0, 2, "router.breaker.failures", "3", "router.breaker.open", "1h")) {
      cluster.decode(0).onChat(Scripts.error(429));

      for (int i = 0; i < REQUESTS; i++) {
        assertThat(cluster.router().post(Requests.text()).status()).isIn(200, 429);
      }

      assertThat(cluster.decode(0).chats()).hasSize(REQUESTS / 2);
      assertThat(cluster.decode(1).chats()).hasSize(REQUESTS / 2);
    }
  }
}
