package org.epdrouter.worker;

/**
 * A worker call was cancelled, or never started, because its request's scope is closed. Says
 * nothing about the worker.
 */
public final class CallCancelledException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final RequestScope.Ending ending;

  public CallCancelledException(RequestScope.Ending ending) {
    super("call cancelled: " + ending, null, false, false);
    this.ending = ending;
  }

  public RequestScope.Ending ending() {
    return ending;
  }
}
