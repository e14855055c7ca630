package org.epdrouter.worker;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * The right to make one call to one worker. It ends exactly once, when the last byte of the answer was read or the call
 * failed; ending it again is harmless. Thread-safe.
 */
public final class Lease {

  private static final String PROPERTY = "epdLease";

  private final Worker worker;
  private final AtomicBoolean ended = new AtomicBoolean();

  Lease(Worker worker) {
    this.worker = worker;
    worker.leased();
  }

  /** The lease that a pool has put on the exchange, or null where the call is made without a pool. */
  public static @Nullable Lease of(Exchange exchange) {
    return exchange.getProperty(PROPERTY, Lease.class);
  }

  /** Leases the worker for a call of the exchange, whatever a pool would choose. */
  public static void take(Worker worker, Exchange exchange) {
    new Lease(worker).putOn(exchange);
  }

  void putOn(Exchange exchange) {
    exchange.setProperty(PROPERTY, this);
  }

  public Worker worker() {
    return worker;
  }

  /** The worker answered, and its answer was read to the end. */
  public void succeeded() {
    end();
  }

  /** The worker is to blame: refused, reset, timed out, garbage, a server error. */
  public void failed() {
    end();
  }

  /** Nothing can be said about the worker: the client left, a sibling failed, the request was at fault. */
  public void ignored() {
    end();
  }

  private void end() {
    if (ended.compareAndSet(false, true)) {
      worker.returned();
    }
  }
}
