package org.epdrouter.simulator;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One worker.
 *
 * @param role what it does
 * @param model the name it answers to
 * @param host address it listens on
 * @param port port it listens on; 0 takes a free one
 * @param sharedStorage directory of the encoder cache; null when the cache lies in memory
 * @param kvHost host that decode calls for prefill's blocks
 * @param kvPort port of the KV side channel; 0 takes a free one
 * @param behaviour everything else
 */
public record WorkerSettings(
    Role role,
    String model,
    String host,
    int port,
    @Nullable Path sharedStorage,
    String kvHost,
    int kvPort,
    Behaviour behaviour) {

  public WorkerSettings {
    requirePort("port", port);
    requirePort("kvPort", kvPort);
  }

  /** A worker on a free port of the loopback interface. */
  public static WorkerSettings of(
      Role role, String model, @Nullable Path sharedStorage, Behaviour behaviour) {
    return new WorkerSettings(
        role, model, "127.0.0.1", 0, sharedStorage, "127.0.0.1", 0, behaviour);
  }

  static void requirePort(String name, int port) {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException(name + ": " + port + " (expected: 0..65535)");
    }
  }
}
