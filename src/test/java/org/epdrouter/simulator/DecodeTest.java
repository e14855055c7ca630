package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DecodeTest {
  private Simulator simulator = start(Behaviour.builder());

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void fetchesTheBlocksThatPrefillHolds() {
    String params = prefill();

    HttpResponse<String> answer =
        TestClient.chat(decode(), Bodies.decode(Bodies.text("hi"), params));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(prefillState().kvBlocksHeld()).isZero();
    assertThat(prefillState().kvBlocksReleased()).isEqualTo(1);
    assertThat(prefillState().kvParamsAltered()).isZero();
    assertThat(decode().state().promptsRecomputed()).isZero();
    assertThat(simulator.state().clean()).isTrue();
    assertThat(simulator.state().idle()).isTrue();
  }

  @Test
  void failsWhenTheBlocksWereFetchedBefore() {
    String params = prefill();
    TestClient.chat(decode(), Bodies.decode(Bodies.text("hi"), params));

    HttpResponse<String> second =
        TestClient.chat(decode(), Bodies.decode(Bodies.text("hi"), params));

    assertThat(second.statusCode()).isEqualTo(500);
    assertThat(TestClient.json(second).at("/error/code").asInt()).isEqualTo(500);
    assertThat(decode().state().kvMissing()).isEqualTo(1);
    assertThat(decode().state().failed()).isEqualTo(1);
  }

  @Test
  void failsWhenTheEngineIsAnother() {
    String params = prefill();

    HttpResponse<String> answer =
        TestClient.chat(
            decode(),
            Bodies.decode(
                Bodies.text("hi"),
                params.replaceFirst(
                    "\"remote_engine_id\":\"[^\"]*\"", "\"remote_engine_id\":\"other\"")));

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(prefillState().kvBlocksHeld()).isEqualTo(1);
  }

  @Test
  void failsWhenPrefillCannotBeReached() throws IOException {
    int closedPort;
    try (ServerSocket socket = new ServerSocket(0)) {
      closedPort = socket.getLocalPort();
    }
    String params = prefill();

    HttpResponse<String> answer =
        TestClient.chat(
            decode(),
            Bodies.decode(
                Bodies.text("hi"),
                params.replaceFirst("\"remote_port\":\\d+", "\"remote_port\":" + closedPort)));

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(decode().state().kvMissing()).isEqualTo(1);
  }

  @Test
  void recomputesMissingBlocksWhenToldAndCountsThem() {
    simulator.close();
    simulator = start(Behaviour.builder().missingKv(OnBreach.RECOMPUTE));
    String params = prefill();
    TestClient.chat(decode(), Bodies.decode(Bodies.text("hi"), params));

    HttpResponse<String> second =
        TestClient.chat(decode(), Bodies.decode(Bodies.text("hi"), params));

    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(decode().state().kvMissing()).isEqualTo(1);
    assertThat(decode().state().promptsRecomputed()).isEqualTo(1);
  }

  @Test
  void noticesParamsThatWereWrittenAnew() {
    String rewritten = TestClient.json(prefill()).toString();

    HttpResponse<String> answer =
        TestClient.chat(decode(), Bodies.decode(Bodies.text("hi"), rewritten));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(prefillState().kvParamsAltered()).isEqualTo(1);
    assertThat(simulator.state().clean()).isFalse();
  }

  @Test
  void recomputesAPromptWithoutParamsAndCountsIt() {
    HttpResponse<String> answer = TestClient.chat(decode(), Bodies.chat(Bodies.CAT));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(decode().state().promptsRecomputed()).isEqualTo(1);
    assertThat(simulator.state().clean()).isFalse();
  }

  @Test
  void saysWhichMediaItSaw() {
    HttpResponse<String> answer =
        TestClient.chat(decode(), Bodies.chat(Bodies.CAT + "," + Bodies.DOG));

    assertThat(Bodies.content(TestClient.json(answer)))
        .startsWith(
            "Saw 2 image [%s] [%s] :"
                .formatted(
                    ContentHash.of("https://example.org/cat.png").substring(0, 8),
                    ContentHash.of("https://example.org/dog.png").substring(0, 8)));
  }

  private String prefill() {
    HttpResponse<String> answer =
        TestClient.chat(simulator.workers(Role.PREFILL).get(0), Bodies.prefill(Bodies.text("hi")));
    return Bodies.kvParams(answer.body());
  }

  private WorkerState prefillState() {
    return simulator.state().of(Role.PREFILL).get(0);
  }

  private SimulatedWorker decode() {
    return simulator.workers(Role.DECODE).get(0);
  }

  private static Simulator start(Behaviour.Builder behaviour) {
    return Simulator.start(SimulatorSettings.of(0, 1, 1).withBehaviour(behaviour.build()));
  }
}
