package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultsTest {
  private static final String JSON = Bodies.chat(Bodies.text("hi"));
  private static final String STREAM = Bodies.chat(Bodies.text("hi"), "\"stream\":true");

  private final Simulator simulator = Simulator.start(SimulatorSettings.of(0, 0, 1));
  private final SimulatedWorker worker = simulator.workers().get(0);

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void answersAStatusWithRetryAfter() {
    worker.inject(Faults.answer(503, 7));

    HttpResponse<String> answer = TestClient.chat(worker, JSON);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("retry-after")).hasValue("7");
    assertThat(TestClient.json(answer).at("/error/code").asInt()).isEqualTo(503);
    assertThat(worker.state().failed()).isEqualTo(1);
  }

  @Test
  void delaysTheAnswer() {
    worker.inject(Faults.delay(150));
    long start = System.nanoTime();

    TestClient.chat(worker, JSON);

    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(150), Duration.ofSeconds(5));
  }

  @Test
  void resetsBeforeTheHead() {
    worker.inject(Faults.reset());

    try (RawClient client = new RawClient(worker)) {
      client.sendChat(JSON);

      assertThatThrownBy(client::readToEnd).hasMessageContaining("reset");
    }
    assertThat(worker.state().failed()).isEqualTo(1);
  }

  @Test
  void stallsAfterSoManyEvents() {
    worker.inject(Faults.stallAfter(3));

    try (RawClient client = new RawClient(worker)) {
      client.sendChat(STREAM);

      client.readUntil("\n\n\r\n");
      client.readUntil("\n\n\r\n");
      client.readUntil("\n\n\r\n");
      assertThat(worker.state().eventsSent()).isEqualTo(3);
      assertThat(worker.state().running()).isEqualTo(1);
    }
    Await.until("aborted", () -> worker.state().aborted() == 1);
  }

  @Test
  void neverAnswersJsonWhenItStalls() {
    worker.inject(Faults.stallAfter(0));

    try (RawClient client = new RawClient(worker)) {
      client.sendChat(JSON);

      Await.until("running", () -> worker.state().running() == 1);
    }
    Await.until("aborted", () -> worker.state().aborted() == 1);
    assertThat(worker.state().completed()).isZero();
  }

  @Test
  void resetsAfterSoManyEvents() {
    worker.inject(Faults.resetAfter(2));

    try (RawClient client = new RawClient(worker)) {
      client.sendChat(STREAM);

      assertThatThrownBy(client::readToEnd).isInstanceOf(UncheckedIOException.class);
    }
    assertThat(worker.state().eventsSent()).isEqualTo(2);
    assertThat(worker.state().failed()).isEqualTo(1);
  }

  @Test
  void cutsAJsonAnswer() {
    worker.inject(Faults.resetAfter(0));

    assertThatThrownBy(() -> TestClient.chat(worker, JSON))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(worker.state().failed()).isEqualTo(1);
  }

  @Test
  void hitsEveryThirdRequest() {
    worker.inject(Faults.answer(500).onEvery(3));

    assertThat(statuses(6)).containsExactly(200, 200, 500, 200, 200, 500);
  }

  @Test
  void hitsTheNextTwoRequests() {
    worker.inject(Faults.answer(500).onNext(2));

    assertThat(statuses(4)).containsExactly(500, 500, 200, 200);
  }

  @Test
  void isDeadOnTheHealthEndpointOnly() {
    worker.inject(Faults.unhealthy());

    assertThat(TestClient.get(worker.url() + "/health").statusCode()).isEqualTo(503);
    assertThat(TestClient.chat(worker, JSON).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesConnectionsAndListensAgainOnTheSamePort() {
    int port = worker.port();
    try (RawClient idle = new RawClient(worker)) {
      idle.send("GET /health HTTP/1.1\r\nHost: sim\r\n\r\n").readUntil("\r\n\r\n");

      worker.inject(Faults.refused());

      assertThat(idle.readToEnd()).isEmpty();
      // The kernel lets go of the port only when the event loop has looked at it again.
      Await.until("refused", () -> !listens());
    }

    worker.inject(Faults.NONE);

    assertThat(worker.port()).isEqualTo(port);
    assertThat(TestClient.chat(worker, JSON).statusCode()).isEqualTo(200);
  }

  @Test
  void takesFaultsOverHttp() {
    HttpResponse<String> set = fault("{\"status\":429,\"retryAfter\":3}");
    int hurt = TestClient.chat(worker, JSON).statusCode();
    fault("{}");
    int healed = TestClient.chat(worker, JSON).statusCode();

    assertThat(set.statusCode()).isEqualTo(200);
    assertThat(hurt).isEqualTo(429);
    assertThat(healed).isEqualTo(200);
  }

  @Test
  void refusesFaultsItDoesNotKnow() {
    HttpResponse<String> answer = fault("{\"explode\":true}");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("explode");
  }

  @Test
  void healsAfterItsTime() {
    fault("{\"refuse\":true,\"forMillis\":200}");
    Await.until("refused", () -> !listens());

    Await.until("healed", this::listens);

    assertThat(TestClient.chat(worker, JSON).statusCode()).isEqualTo(200);
  }

  private boolean listens() {
    try {
      new RawClient(worker).close();
      return true;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private HttpResponse<String> fault(String json) {
    return TestClient.post(worker.url() + "/sim/faults", json);
  }

  private List<Integer> statuses(int count) {
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      statuses.add(TestClient.chat(worker, JSON).statusCode());
    }
    return statuses;
  }
}
