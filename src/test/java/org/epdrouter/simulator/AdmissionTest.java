package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final String ENDLESS = "\"max_tokens\":100000";

  private final Simulator simulator =
      Simulator.start(
          SimulatorSettings.of(0, 0, 1)
              .withBehaviour(
                  Behaviour.builder()
                      .maxNumSeqs(1)
                      .timing(Timing.ofTokens(Duration.ZERO, Duration.ofMillis(5)))
                      .build()));
  private final SimulatedWorker worker = simulator.workers().get(0);

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void letsRequestsWaitUntilOneEnds() {
    CompletableFuture<HttpResponse<String>> second;
    try (RawClient first = new RawClient(worker)) {
      first.sendChat(Bodies.chat(Bodies.text("hi"), "\"stream\":true", ENDLESS));
      first.readUntil("data: ");
      second = TestClient.chatLater(worker, Bodies.chat(Bodies.text("hi"), "\"max_tokens\":1"));
      Await.until("second waits", () -> worker.state().waiting() == 1);
      assertThat(worker.state().running()).isEqualTo(1);
    }

    assertThat(second.join().statusCode()).isEqualTo(200);
    assertThat(worker.state().waiting()).isZero();
  }

  @Test
  void forgetsAWaitingRequestWhoseClientLeaves() {
    try (RawClient first = new RawClient(worker)) {
      first.sendChat(Bodies.chat(Bodies.text("hi"), "\"stream\":true", ENDLESS));
      first.readUntil("data: ");
      try (RawClient second = new RawClient(worker)) {
        second.sendChat(Bodies.chat(Bodies.text("hi")));
        Await.until("second waits", () -> worker.state().waiting() == 1);
      }

      Await.until("second is gone", () -> worker.state().aborted() == 1);

      assertThat(worker.state().waiting()).isZero();
      assertThat(worker.state().running()).isEqualTo(1);
    }
    Await.until("first is gone", () -> worker.state().aborted() == 2);
    String third = Bodies.chat(Bodies.text("hi"), "\"max_tokens\":1");
    assertThat(TestClient.chat(worker, third).statusCode()).isEqualTo(200);
  }
}
