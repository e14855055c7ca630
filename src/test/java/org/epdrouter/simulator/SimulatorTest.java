package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SimulatorTest {

  @Test
  void startsWorkersOfEveryRole() {
    try (Simulator simulator = Simulator.start(SimulatorSettings.of(3, 1, 2, 1))) {
      assertThat(simulator.urls(Role.ENCODE)).hasSize(3).doesNotHaveDuplicates();
      assertThat(simulator.urls(Role.PREFILL)).hasSize(1);
      assertThat(simulator.urls(Role.DECODE)).hasSize(2);
      assertThat(simulator.urls(Role.PREFILL_DECODE)).hasSize(1);
      assertThat(simulator.urls(Role.DECODE))
          .allSatisfy(
              url -> assertThat(TestClient.get(url + "/health").statusCode()).isEqualTo(200));
      assertThat(simulator.state().workers()).hasSize(7);
    }
  }

  @Test
  void sumsItsWorkers() {
    try (Simulator simulator = Simulator.start(SimulatorSettings.of(1, 0, 2))) {
      for (SimulatedWorker worker : simulator.workers()) {
        TestClient.chat(worker, Bodies.encode(Bodies.CAT));
      }

      assertThat(simulator.state().sum(WorkerState::completed)).isEqualTo(3);
      assertThat(simulator.state().sum(Role.DECODE, WorkerState::completed)).isEqualTo(2);
      simulator.reset();
      assertThat(simulator.state().sum(WorkerState::completed)).isZero();
    }
  }

  @Test
  void namesAPortThatIsTakenAndLeavesNothingRunning() throws IOException {
    int base = freePorts();
    try (ServerSocket taken = new ServerSocket(base + 1, 1, loopback())) {
      assertThatThrownBy(
              () -> Simulator.start(SimulatorSettings.of(2, 0, 0).withAddress("127.0.0.1", base)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("port: " + taken.getLocalPort() + " (expected: a free port of 127.0.0.1)");
    }

    try (Simulator simulator =
        Simulator.start(SimulatorSettings.of(2, 0, 0).withAddress("127.0.0.1", base))) {
      assertThat(simulator.workers())
          .extracting(SimulatedWorker::port)
          .containsExactly(base, base + 1);
    }
  }

  @Test
  void stopsListeningWhenClosed() {
    Simulator simulator = Simulator.start(SimulatorSettings.of(0, 1, 0));
    SimulatedWorker worker = simulator.workers().get(0);

    simulator.close();

    assertThatThrownBy(() -> new RawClient(worker)).hasMessageContaining("refused");
  }

  @Test
  void refusesSettingsThatMakeNoSense() {
    assertThatThrownBy(() -> SimulatorSettings.of(-1, 0, 0))
        .hasMessage("encode: -1 (expected: 0..1000)");
    assertThatThrownBy(() -> SimulatorSettings.of(1, 0, 0).withAddress("127.0.0.1", 70000))
        .hasMessage("basePort: 70000 (expected: 0..65535)");
    assertThatThrownBy(() -> Behaviour.builder().defaultTokens(0).build())
        .hasMessage("defaultTokens: 0 (expected: > 0)");
    assertThatThrownBy(() -> Timing.ofTokens(Duration.ofMillis(-1), Duration.ZERO))
        .hasMessage("firstToken: PT-0.001S (expected: >= 0)");
  }

  /** Two neighbouring ports that are free. */
  private static int freePorts() throws IOException {
    while (true) {
      try (ServerSocket first = new ServerSocket(0, 1, loopback());
          ServerSocket second = new ServerSocket(first.getLocalPort() + 1, 1, loopback())) {
        return Math.min(first.getLocalPort(), second.getLocalPort());
      } catch (IOException | IllegalArgumentException e) {
        // the neighbour is taken: try another pair
      }
    }
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }
}
