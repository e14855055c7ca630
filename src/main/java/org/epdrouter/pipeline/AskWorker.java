package org.epdrouter.pipeline;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.epdrouter.worker.Lease;
import org.epdrouter.worker.Worker;

/**
 * Leases the worker that is the message body, so that the next {@code relay:} step calls it, with
 * the bytes of the exchange property {@code clientBody} if there are any.
 */
public final class AskWorker implements Processor {

  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    Lease.take(message.getBody(Worker.class), exchange);
    message.setBody(exchange.getProperty("clientBody"));
  }
}
