package org.epdrouter.pipeline;

import java.util.concurrent.Semaphore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Bounds how many exchanges are beyond it, from here to their end. Unlike every other step it
 * waits, and so belongs right behind a consumer that pulls with a thread of its own: what it holds
 * back stays with the broker, or with another router. Thread-safe.
 */
public final class LimitInFlight implements Processor {

  private final Semaphore permits;

  /**
   * The step.
   *
   * @param limit exchanges that may be under way
   */
  public LimitInFlight(int limit) {
    this.permits = new Semaphore(limit);
  }

  @Override
  public void process(Exchange exchange) throws InterruptedException {
    permits.acquire();
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onDone(Exchange done) {
                permits.release();
              }
            });
  }
}
