package org.epdrouter.simulator;

import java.util.concurrent.CountDownLatch;

/** Keeps the process up until SIGINT or SIGTERM. */
final class UntilSignal {
  private UntilSignal() {}

  /**
   * Blocks; at the signal closes and ends the JVM with 0, as a vLLM worker does, where Java's own
   * code would be 143.
   */
  static void closeAtExit(AutoCloseable running) throws InterruptedException {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    running.close();
                    Runtime.getRuntime().halt(0);
                  } catch (Exception e) {
                    Runtime.getRuntime().halt(1);
                  }
                },
                "simulator-stop"));
    new CountDownLatch(1).await();
  }
}
