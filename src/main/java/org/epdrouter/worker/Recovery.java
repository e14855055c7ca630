package org.epdrouter.worker;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The slow start of a worker that was dead or sick: at first it takes a tenth of its turns, then
 * more and more, so that cold caches and whatever made it fail do not meet its full share at once.
 * Thread-safe.
 */
final class Recovery {

  private static final double LEAST = 0.1;

  private final long duration;
  private final LongSupplier nanoTime;
  private volatile boolean running;
  private volatile long begun;

  /**
   * A recovery that has not begun: every turn is taken.
   *
   * @param milliseconds until all turns are taken again; 0 for at once
   */
  Recovery(long milliseconds) {
    this(milliseconds, System::nanoTime);
  }

  Recovery(long milliseconds, LongSupplier nanoTime) {
    this.duration = TimeUnit.MILLISECONDS.toNanos(milliseconds);
    this.nanoTime = nanoTime;
  }

  /** The worker is back. */
  void begin() {
    begun = nanoTime.getAsLong();
    running = duration > 0;
  }

  boolean takesItsTurn() {
    return !running || ThreadLocalRandom.current().nextDouble() < share();
  }

  private double share() {
    double share = (double) (nanoTime.getAsLong() - begun) / duration;
    if (share >= 1) {
      running = false;
    }
    return Math.max(LEAST, share);
  }
}
