package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ManyStreamsTest {
  private static final int STREAMS = 2000;
  private static final Duration FIRST = Duration.ofSeconds(3);

  @Test
  void carriesThousandsOfSlowStreamsOnAHandfulOfThreads() {
    Timing slow = Timing.ofTokens(FIRST, Duration.ofMillis(100));
    String body = Bodies.chat(Bodies.text("hi"), "\"stream\":true", "\"max_tokens\":10");
    try (Simulator simulator =
        Simulator.start(
            SimulatorSettings.of(0, 0, 2)
                .withBehaviour(Behaviour.builder().timing(slow).build()))) {
      List<SimulatedWorker> workers = simulator.workers();

      List<CompletableFuture<HttpResponse<String>>> answers =
          IntStream.range(0, STREAMS)
              .mapToObj(i -> TestClient.chatLater(workers.get(i % 2), body))
              .toList();
      Await.until("all run", () -> simulator.state().sum(WorkerState::running) == STREAMS);
      long threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("simulator"))
              .count();

      assertThat(threads).isLessThanOrEqualTo(2);
      assertThat(answers)
          .allSatisfy(answer -> assertThat(TestClient.events(answer.join())).hasSize(12));
      assertThat(simulator.state().sum(WorkerState::completed)).isEqualTo(STREAMS);
      assertThat(simulator.state().idle()).isTrue();
    }
  }
}
