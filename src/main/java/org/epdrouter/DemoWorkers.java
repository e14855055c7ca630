package org.epdrouter;

import java.time.Duration;
import java.util.Map;
import org.epdrouter.settings.Keys;
import org.epdrouter.simulator.Behaviour;
import org.epdrouter.simulator.Role;
import org.epdrouter.simulator.Simulator;
import org.epdrouter.simulator.SimulatorSettings;
import org.epdrouter.simulator.Timing;

/** Simulated workers for a first try, in this process and on free ports. */
final class DemoWorkers implements AutoCloseable {
  // Slow enough for a person to see the tokens come.
  private static final Timing PACE =
      new Timing(
          Duration.ofMillis(100), Duration.ofMillis(100), Duration.ZERO, Duration.ofMillis(80));
  private static final SimulatorSettings CLUSTER =
      SimulatorSettings.of(2, 1, 2).withBehaviour(Behaviour.builder().timing(PACE).build());

  private final Simulator simulator;

  private DemoWorkers(Simulator simulator) {
    this.simulator = simulator;
  }

  static DemoWorkers start() {
    return new DemoWorkers(Simulator.start(CLUSTER));
  }

  /** The settings that route to them. */
  Map<String, String> settings() {
    return Map.of(
        Keys.ENCODE_URLS, String.join(",", simulator.urls(Role.ENCODE)),
        Keys.PREFILL_URLS, String.join(",", simulator.urls(Role.PREFILL)),
        Keys.DECODE_URLS, String.join(",", simulator.urls(Role.DECODE)));
  }

  /** A request to paste into a shell. */
  static String curl(ListenAddress address) {
    String body =
        """
        {"model":"%s","stream":true,"max_tokens":16,"messages":[{"role":"user","content":[\
        {"type":"image_url","image_url":{"url":"https://example.com/cat.jpg"}},\
        {"type":"text","text":"What is in this picture?"}]}]}"""
            .formatted(CLUSTER.model());
    return "curl -N %s/v1/chat/completions -H 'Content-Type: application/json' -d '%s'"
        .formatted(address.local(), body);
  }

  @Override
  public void close() {
    simulator.close();
  }
}
