package org.epdrouter.simulator;

/** Answers requests. Called on the connection's event loop; must not block. */
@FunctionalInterface
interface HttpEndpoint {
  /** The request's content is valid during the call only. */
  void handle(Exchange exchange);
}
