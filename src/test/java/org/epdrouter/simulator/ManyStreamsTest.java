package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManyStreamsTest {
  private static final int STREAMS = 2000;
  private static final int EVENTS = 3;

  @Test
  void carriesThousandsOfSlowStreamsOnAHandfulOfThreads() {
    Timing slow = Timing.ofTokens(Duration.ZERO, Duration.ofMillis(500));
    String endless = Bodies.chat(Bodies.text("hi"), "\"stream\":true", "\"max_tokens\":100000");
    List<RawClient> clients = new ArrayList<>();
    try (Simulator simulator =
        Simulator.start(
            SimulatorSettings.of(0, 0, 2)
                .withBehaviour(Behaviour.builder().timing(slow).build()))) {
      for (int i = 0; i < STREAMS; i++) {
        clients.add(new RawClient(simulator.workers().get(i % 2)).sendChat(endless));
      }

      for (RawClient client : clients) {
        for (int event = 0; event < EVENTS; event++) {
          client.readUntil("data: ");
        }
      }

      assertThat(simulator.state().sum(WorkerState::running)).isEqualTo(STREAMS);
      assertThat(simulatorThreads()).isLessThanOrEqualTo(2);

      clients.forEach(RawClient::close);

      Await.until("all gone", () -> simulator.state().sum(WorkerState::aborted) == STREAMS);
      assertThat(simulator.state().idle()).isTrue();
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  private static long simulatorThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("simulator"))
        .count();
  }
}
