package org.epdrouter.pipeline;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.epdrouter.worker.WorkerPool;

/**
 * Leases the pool's next worker for the {@code relay:} step that follows, without the pool's
 * retries.
 */
public final class LeaseWorker implements Processor {

  private final WorkerPool pool;

  public LeaseWorker(WorkerPool pool) {
    this.pool = pool;
  }

  @Override
  public void process(Exchange exchange) {
    pool.lease(exchange);
  }
}
