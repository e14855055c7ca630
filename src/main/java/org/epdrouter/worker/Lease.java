package org.epdrouter.worker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * The right to make one call to one worker. It ends exactly once, when the last byte of the answer
 * was read or the call failed, and its ending is what the worker's breaker learns from; ending it
 * again is harmless. Thread-safe.
 */
public final class Lease {

  private static final String PROPERTY = "epdLease";

  private final Worker worker;
  private final boolean judged;
  private final boolean trial;
  private final long started = System.nanoTime();
  private final AtomicBoolean ended = new AtomicBoolean();

  private Lease(Worker worker, boolean judged) {
    this.worker = worker;
    this.judged = judged;
    this.trial = judged && breaker().getState() == State.HALF_OPEN;
    worker.leased();
  }

  /**
   * The lease that a pool has put on the exchange, or null where the call is made without a pool.
   */
  public static @Nullable Lease of(Exchange exchange) {
    return exchange.getProperty(PROPERTY, Lease.class);
  }

  /**
   * Leases the worker for a call of the exchange, whatever a pool would choose; the breaker hears
   * nothing of it.
   */
  public static void take(Worker worker, Exchange exchange) {
    exchange.setProperty(PROPERTY, new Lease(worker, false));
  }

  /** Leases a worker whose breaker has given its permission. */
  static void takePermitted(Worker worker, Exchange exchange) {
    exchange.setProperty(PROPERTY, new Lease(worker, true));
  }

  public Worker worker() {
    return worker;
  }

  /** The worker answered, and its answer was read to the end. */
  public void succeeded() {
    worker.succeeded();
    if (end()) {
      breaker().onSuccess(System.nanoTime() - started, TimeUnit.NANOSECONDS);
    }
  }

  /** The worker is to blame: refused, reset, timed out, garbage, a server error. */
  public void failed(Throwable cause) {
    if (end()) {
      breaker().onError(System.nanoTime() - started, TimeUnit.NANOSECONDS, cause);
      if (trial && breaker().getState() == State.HALF_OPEN) {
        // Of several trials Resilience4j waits for all, and opens only if all of them failed.
        breaker().transitionToOpenState();
      }
    }
  }

  /**
   * Nothing can be said about the worker: the client left, a sibling failed, the request was at
   * fault.
   */
  public void ignored() {
    // What a call from before the breaker opened gives back would let one more trial through.
    if (end() && trial) {
      breaker().releasePermission();
    }
  }

  private CircuitBreaker breaker() {
    return worker.breaker();
  }

  private boolean end() {
    boolean first = ended.compareAndSet(false, true);
    if (first) {
      worker.returned();
    }
    return first && judged;
  }
}
