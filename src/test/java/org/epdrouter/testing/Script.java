package org.epdrouter.testing;

/**
 * What a worker does with a request. Runs on the connection's own thread; what it throws, other
 * than by a lost peer, fails the test.
 */
@FunctionalInterface
public interface Script {
  void answer(ReceivedRequest request, Responder responder) throws Exception;
}
