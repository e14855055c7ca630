package org.epdrouter.testing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounded polling: returns as soon as something holds, fails at a deadline that is generous to slow
 * machines.
 */
public final class Eventually {
  /** How long anything that must happen may take. */
  public static final Duration DEADLINE = Duration.ofSeconds(10);

  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private Eventually() {}

  /** Waits until the condition holds. */
  public static void holds(String what, BooleanSupplier condition) {
    holds(what, DEADLINE, condition);
  }

  /** Waits until the condition holds, at most `deadline`. */
  public static void holds(String what, Duration deadline, BooleanSupplier condition) {
    if (!within(deadline, condition)) {
      throw new AssertionError(what + ": not within " + deadline);
    }
  }

  /** Waits until an assertion no longer throws; its last failure is the one reported. */
  public static void asserts(Runnable assertion) {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (true) {
      try {
        assertion.run();
        return;
      } catch (AssertionError failure) {
        if (System.nanoTime() - end >= 0) {
          throw failure;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Waits until the supplier gives something, and returns it. */
  public static <T> T gives(String what, Supplier<@Nullable T> supplier) {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (true) {
      T value = supplier.get();
      if (value != null) {
        return value;
      }
      if (System.nanoTime() - end >= 0) {
        throw new AssertionError(what + ": not within " + DEADLINE);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Whether the condition came to hold within the time. */
  public static boolean within(Duration time, BooleanSupplier condition) {
    long end = System.nanoTime() + time.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end >= 0) {
        return condition.getAsBoolean();
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }
}
