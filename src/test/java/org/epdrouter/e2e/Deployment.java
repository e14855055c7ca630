package org.epdrouter.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.epdrouter.EpdRouter;
import org.epdrouter.simulator.Behaviour;
import org.epdrouter.simulator.Role;
import org.epdrouter.simulator.Simulator;
import org.epdrouter.simulator.SimulatorSettings;
import org.epdrouter.simulator.SimulatorState;
import org.epdrouter.simulator.Timing;
import org.epdrouter.simulator.WorkerState;

/** A router in this JVM and the simulated workers behind it. */
final class Deployment implements AutoCloseable {
  static final String MODEL = SimulatorSettings.DEFAULT_MODEL;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Simulator simulator;
  private final EpdRouter.Running router;

  private Deployment(Simulator simulator, EpdRouter.Running router) {
    this.simulator = simulator;
    this.router = router;
  }

  static Deployment start(SimulatorSettings settings) {
    Simulator simulator = Simulator.start(settings);
    Map<String, String> keys = new HashMap<>(urls(simulator));
    keys.put("router.host", "127.0.0.1");
    keys.put("router.port", "0");
    return new Deployment(simulator, EpdRouter.start(keys));
  }

  /** One worker of each role; a token comes so long after the one before. */
  static Deployment pacedBy(Duration betweenTokens) {
    Timing timing = Timing.ofTokens(Duration.ZERO, betweenTokens);
    return start(
        SimulatorSettings.of(1, 1, 1).withBehaviour(Behaviour.builder().timing(timing).build()));
  }

  /** The settings that route to these workers. */
  static Map<String, String> urls(Simulator simulator) {
    return Map.of(
        "router.encode.urls", String.join(",", simulator.urls(Role.ENCODE)),
        "router.prefill.urls", String.join(",", simulator.urls(Role.PREFILL)),
        "router.decode.urls", String.join(",", simulator.urls(Role.DECODE)));
  }

  /** Base URL without a slash at its end. */
  String url() {
    return "http://127.0.0.1:" + router.port();
  }

  URI chat() {
    return URI.create(url() + "/v1/chat/completions");
  }

  Simulator simulator() {
    return simulator;
  }

  /** Fails unless the workers come to rest with so many items encoded, each once, and no breach. */
  void assertEncodedOnce(int items) {
    assertEncodedOnce(simulator, items);
  }

  /** The same for workers whose router runs elsewhere. */
  static void assertEncodedOnce(Simulator simulator, int items) {
    await("idle workers", () -> simulator.state().idle());
    SimulatorState state = simulator.state();
    assertThat(state.clean()).as("%s", state).isTrue();
    assertThat(state.sum(WorkerState::kvBlocksHeld)).isZero();
    assertThat(state.sum(WorkerState::itemsEncoded)).isEqualTo(items);
    assertThat(state.sum(Role.ENCODE, WorkerState::chats)).isEqualTo(items);
  }

  /** Waits until something holds. */
  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(what + ": not in time");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  @Override
  public void close() {
    router.close();
    simulator.close();
  }
}
