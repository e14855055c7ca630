package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrefillDecodeTest {
  private Simulator simulator;
  private SimulatedWorker worker;

  @BeforeEach
  void start() {
    simulator = Simulator.start(SimulatorSettings.of(1, 0, 0, 1));
    worker = simulator.workers(Role.PREFILL_DECODE).get(0);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void generatesFromEncodedItems() {
    TestClient.chat(simulator.workers(Role.ENCODE).get(0), Bodies.encode(Bodies.CAT));

    HttpResponse<String> answer = TestClient.chat(worker, Bodies.chat(Bodies.CAT));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(TestClient.json(answer).at("/usage/completion_tokens").asInt()).isEqualTo(16);
    assertThat(simulator.state().clean()).isTrue();
  }

  @Test
  void refusesAnItemThatWasNeverEncoded() {
    HttpResponse<String> answer = TestClient.chat(worker, Bodies.chat(Bodies.CAT));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(worker.state().itemsMissed()).isEqualTo(1);
  }

  @Test
  void servesTheTwoHalvesApartWhenAsked() {
    HttpResponse<String> prefilled = TestClient.chat(worker, Bodies.prefill(Bodies.text("hi")));
    long held = worker.state().kvBlocksHeld();
    String params = Bodies.kvParams(prefilled.body());

    HttpResponse<String> answer = TestClient.chat(worker, Bodies.decode(Bodies.text("hi"), params));

    assertThat(held).isEqualTo(1);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(worker.state().kvBlocksHeld()).isZero();
    assertThat(worker.state().promptsRecomputed()).isZero();
  }
}
