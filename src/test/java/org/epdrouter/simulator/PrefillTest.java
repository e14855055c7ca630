package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrefillTest {
  private Simulator simulator = start(Behaviour.builder());

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void holdsBlocksAndAnswersNixlsParams() {
    encode(Bodies.CAT);

    HttpResponse<String> answer = TestClient.chat(prefill(), Bodies.prefill(Bodies.CAT));

    JsonNode params = TestClient.json(answer).get("kv_transfer_params");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(params.get("do_remote_prefill").asBoolean()).isTrue();
    assertThat(params.get("do_remote_decode").asBoolean(true)).isFalse();
    assertThat(params.get("remote_block_ids")).hasSize(17);
    assertThat(params.get("remote_engine_id").asText()).isNotEmpty();
    assertThat(params.get("remote_host").asText()).isEqualTo("127.0.0.1");
    assertThat(params.get("remote_port").asInt()).isPositive();
    assertThat(params.get("tp_size").asInt()).isEqualTo(1);
    assertThat(prefill().state().kvBlocksHeld()).isEqualTo(17);
  }

  @Test
  void refusesAnItemThatWasNeverEncodedAndCountsIt() {
    encode(Bodies.CAT);

    HttpResponse<String> answer =
        TestClient.chat(prefill(), Bodies.prefill(Bodies.CAT + "," + Bodies.DOG));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(TestClient.json(answer).at("/error/message").asText())
        .startsWith("encoder cache miss: item 1, image_url");
    assertThat(prefill().state().itemsMissed()).isEqualTo(1);
    assertThat(prefill().state().kvBlocksHeld()).isZero();
    assertThat(simulator.state().clean()).isFalse();
  }

  @Test
  void recomputesAMissedItemWhenToldAndCountsIt() {
    restart(Behaviour.builder().missedItem(OnBreach.RECOMPUTE));

    HttpResponse<String> answer = TestClient.chat(prefill(), Bodies.prefill(Bodies.DOG));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(prefill().state().itemsMissed()).isEqualTo(1);
  }

  @Test
  void answersWithoutParamsWhenDecodeIsNotRemote() {
    HttpResponse<String> answer =
        TestClient.chat(prefill(), Bodies.chat(Bodies.text("hi"), "\"max_tokens\":1"));

    assertThat(TestClient.json(answer).get("kv_transfer_params").isNull()).isTrue();
    assertThat(prefill().state().kvBlocksAllocated()).isZero();
  }

  @Test
  void givesNoParamsWhenTheRequestStoppedByItself() {
    String body = Bodies.prefill(Bodies.text("hi")).replace("\"max_tokens\":1,", "");

    HttpResponse<String> answer = TestClient.chat(prefill(), body);

    assertThat(TestClient.json(answer).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(TestClient.json(answer).get("kv_transfer_params").isNull()).isTrue();
    assertThat(prefill().state().kvBlocksAllocated()).isPositive();
    assertThat(prefill().state().kvBlocksHeld()).isZero();
  }

  @Test
  void streamsWhenAskedTo() {
    String body = Bodies.prefill(Bodies.text("hi")).replace("\"stream\":false", "\"stream\":true");

    HttpResponse<String> answer = TestClient.chat(prefill(), body);

    assertThat(TestClient.events(answer)).hasSize(3).endsWith("[DONE]");
  }

  @Test
  void freesTheBlocksWhenTheLeaseEnds() {
    restart(Behaviour.builder().kvLease(Duration.ofMillis(50)));

    TestClient.chat(prefill(), Bodies.prefill(Bodies.text("hi")));

    Await.until("lease ends", () -> prefill().state().kvBlocksHeld() == 0);
    assertThat(prefill().state().kvBlocksExpired()).isEqualTo(1);
    assertThat(prefill().state().kvBlocksReleased()).isZero();
  }

  @Test
  void takesItsTime() {
    restart(
        Behaviour.builder()
            .timing(
                new Timing(
                    Duration.ZERO, Duration.ofMillis(150), Duration.ZERO, Duration.ofSeconds(9))));
    long start = System.nanoTime();

    TestClient.chat(prefill(), Bodies.prefill(Bodies.text("hi")));

    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(150), Duration.ofSeconds(5));
  }

  private void encode(String item) {
    TestClient.chat(simulator.workers(Role.ENCODE).get(0), Bodies.encode(item));
  }

  private SimulatedWorker prefill() {
    return simulator.workers(Role.PREFILL).get(0);
  }

  private void restart(Behaviour.Builder behaviour) {
    simulator.close();
    simulator = start(behaviour);
  }

  private static Simulator start(Behaviour.Builder behaviour) {
    return Simulator.start(SimulatorSettings.of(1, 1, 0).withBehaviour(behaviour.build()));
  }
}
