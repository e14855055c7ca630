package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.epdrouter.simulator.Simulator;
import org.epdrouter.simulator.SimulatorSettings;
import org.epdrouter.testing.BlackHole;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.ScriptedWorker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers that are not there: no request fails while another worker of the stage is left. */
final class DeadWorkerTest {
  private static final List<String> STAGES = List.of("encode", "prefill", "decode");

  @ParameterizedTest(name = "{0}, probes: {1}")
  @CsvSource({"refused,off", "refused,50ms", "black hole,off", "black hole,50ms"})
  void failsNoRequestWhileOneOfTwoWorkersOfEachStageIsDead(String death, String probes) {
    try (ScriptedWorker encode = ScriptedWorker.encode();
        ScriptedWorker prefill = ScriptedWorker.prefill();
        ScriptedWorker decode = ScriptedWorker.decode();
        BlackHole hole = new BlackHole()) {
      String dead = death.equals("refused") ? closedPort() : hole.url();
      try (RouterUnderTest router =
          RouterUnderTest.builder()
              .encode(dead, encode.url())
              .prefill(dead, prefill.url())
              .decode(dead, decode.url())
              .with("router.connect-timeout", "200ms")
              .with("router.health.interval", probes)
              .with("router.health.timeout", "200ms")
              .start()) {
        for (int i = 0; i < 12; i++) {
          RawResponse response = router.post(Requests.images(1, "\"stream\":" + (i % 2 == 0)));

          assertThat(response.status()).as("%d: %s", i, response).isEqualTo(200);
          assertThat(response.isComplete()).isTrue();
        }
        assertThat(encode.chats()).hasSize(12);
        assertThat(decode.chats()).hasSize(12);
        Eventually.asserts(() -> assertThat(router.inFlight()).isZero());
      }
    }
  }

  @Test
  void isAliveWithoutAnyWorkerAndServesAsSoonAsTheyCome() {
    List<String> ports = new ArrayList<>();
    try (Simulator gone = Simulator.start(SimulatorSettings.of(0, 0, 1))) {
      ports.addAll(gone.urls(org.epdrouter.simulator.Role.DECODE));
    }
    int port = Integer.parseInt(ports.get(0).substring(ports.get(0).lastIndexOf(':') + 1));
    try (RouterUnderTest router =
        RouterUnderTest.builder()
            .decode(ports.get(0))
            .with("router.health.interval", "100ms")
            .start()) {
      assertThat(router.get("/health").status()).isEqualTo(503);
      Eventually.holds("found dead", () -> !router.pool("decode").workers().get(0).isAlive());

      RawResponse response = router.post(Requests.text());

      assertThat(response.status()).isEqualTo(503);
      assertThat(response.json().get("error").get("code").textValue())
          .isEqualTo("worker_unavailable");
      assertThat(Integer.parseInt(response.headerValues("retry-after").get(0))).isBetween(0, 60);
      SimulatorSettings settings =
          SimulatorSettings.of(0, 0, 1).withAddress("127.0.0.1", port).withModel("m");
      try (Simulator back = Simulator.start(settings)) {
        Eventually.asserts(() -> assertThat(router.post(Requests.text()).status()).isEqualTo(200));
        assertThat(router.get("/health").status()).isEqualTo(200);
        assertThat(back.state().workers()).hasSize(1);
      }
    }
  }

  @Test
  void answersAtOnceWhenNoWorkerOfAStageIsAlive() {
    for (String stage : STAGES) {
      String dead = closedPort();
      try (ScriptedWorker encode = ScriptedWorker.encode();
          ScriptedWorker prefill = ScriptedWorker.prefill();
          ScriptedWorker decode = ScriptedWorker.decode();
          RouterUnderTest router =
              RouterUnderTest.builder()
                  .encode(stage.equals("encode") ? dead : encode.url())
                  .prefill(stage.equals("prefill") ? dead : prefill.url())
                  .decode(stage.equals("decode") ? dead : decode.url())
                  .with("router.health.interval", "50ms")
                  .start()) {
        Eventually.holds("found dead", () -> !router.pool(stage).workers().get(0).isAlive());

        RawResponse response = router.post(Requests.images(1));

        assertThat(response.status()).as(stage).isEqualTo(503);
        assertThat(response.header("retry-after")).as(stage).isNotNull();
        assertThat(response.text()).contains(stage).contains("worker_unavailable");
      }
    }
  }

  private static String closedPort() {
    try (ScriptedWorker gone = ScriptedWorker.encode()) {
      return gone.url();
    }
  }
}
