package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EncodeTest {
  private Simulator simulator;
  private SimulatedWorker encode;

  @BeforeEach
  void start() {
    simulator = Simulator.start(SimulatorSettings.of(2, 0, 0));
    encode = simulator.workers(Role.ENCODE).get(0);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void registersTheItemAndAnswersOneToken() {
    HttpResponse<String> answer = TestClient.chat(encode, Bodies.encode(Bodies.CAT));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(TestClient.json(answer).at("/choices/0/finish_reason").asText()).isEqualTo("length");
    assertThat(TestClient.json(answer).at("/usage/completion_tokens").asInt()).isEqualTo(1);
    assertThat(encode.state().items())
        .containsExactly(new ItemCount(ContentHash.of("https://example.org/cat.png"), 1, 0));
  }

  @Test
  void computesACachedItemOnlyOnce() {
    TestClient.chat(encode, Bodies.encode(Bodies.CAT));
    TestClient.chat(encode, Bodies.encode(Bodies.CAT));
    TestClient.chat(encode, Bodies.encode(Bodies.DOG));

    assertThat(encode.state().itemsEncoded()).isEqualTo(2);
    assertThat(encode.state().encoderCacheHits()).isEqualTo(1);
    assertThat(encode.state().items())
        .containsExactly(
            new ItemCount(ContentHash.of("https://example.org/cat.png"), 1, 1),
            new ItemCount(ContentHash.of("https://example.org/dog.png"), 1, 0));
  }

  @Test
  void sharesTheCacheWithTheOtherEncodeWorkers() {
    TestClient.chat(encode, Bodies.encode(Bodies.CAT));
    TestClient.chat(simulator.workers(Role.ENCODE).get(1), Bodies.encode(Bodies.CAT));

    assertThat(simulator.state().sum(WorkerState::itemsEncoded)).isEqualTo(1);
    assertThat(simulator.state().sum(WorkerState::encoderCacheHits)).isEqualTo(1);
  }

  @Test
  void encodesEveryItemOfARequest() {
    TestClient.chat(encode, Bodies.encode(Bodies.CAT + "," + Bodies.DOG));

    assertThat(encode.state().itemsEncoded()).isEqualTo(2);
  }

  @Test
  void answersWithoutACapToo() {
    HttpResponse<String> answer = TestClient.chat(encode, Bodies.chat(Bodies.CAT));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(encode.state().itemsEncoded()).isEqualTo(1);
  }
}
