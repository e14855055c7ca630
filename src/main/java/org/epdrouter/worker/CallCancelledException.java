package org.epdrouter.worker;

import org.jspecify.annotations.Nullable;

/**
 * A worker call was cancelled, or never started, because its request's scope is closed. Says
 * nothing about the worker. Its cause, if it has one, is what the request fails with: it counts, in
 * whatever order the failures of the request's calls arrive.
 */
public final class CallCancelledException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final RequestScope.Ending ending;

  public CallCancelledException(RequestScope.Ending ending) {
    this(ending, null);
  }

  CallCancelledException(RequestScope.Ending ending, @Nullable Throwable cause) {
    super("call cancelled: " + ending, cause, false, false);
    this.ending = ending;
  }

  public RequestScope.Ending ending() {
    return ending;
  }
}
