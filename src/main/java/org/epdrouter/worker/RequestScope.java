package org.epdrouter.worker;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.epdrouter.stage.Stage;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is under way for one client request: its worker calls and the memory it holds.
 * Closing the scope cancels the calls, prevents later ones and lets the memory go; it is the only
 * place where a request is cancelled. Split children and enriching exchanges share the scope of
 * their parent. Thread-safe.
 */
public final class RequestScope {

  /** Why a scope was closed. */
  public enum Ending {
    /** The answer was delivered to its end, or the request failed for good. */
    COMPLETE,
    /** The client closed its connection. */
    CLIENT_LEFT,
    /** Another call of the request failed for good, so that this one is of no use any more. */
    SIBLING_FAILED,
    /** The request took longer than {@code router.request-timeout}. */
    DEADLINE
  }

  /** A worker call that can be cancelled. */
  public interface Call {
    /**
     * Ends the call and closes its connection; a call that has ended ignores it. Any thread.
     *
     * @param reason what the call fails with; all calls of the scope get the same one
     */
    void cancel(CallCancelledException reason);
  }

  private static final String PROPERTY = "epdRequestScope";

  private final List<Call> calls = new ArrayList<>(4);
  private final List<Runnable> releases = new ArrayList<>(2);
  private final List<Worker> lost = new ArrayList<>(0);
  private final Map<Stage, Runnable> retryEnds = new EnumMap<>(Stage.class);
  private @Nullable CallCancelledException closed;

  /** The scope of the exchange's request; a new one if there is none yet. */
  public static RequestScope of(Exchange exchange) {
    RequestScope scope = exchange.getProperty(PROPERTY, RequestScope.class);
    if (scope == null) {
      scope = new RequestScope();
      exchange.setProperty(PROPERTY, scope);
    }
    return scope;
  }

  /** Puts the scope on an exchange that has none, for a front that must be able to close it. */
  public void putOn(Exchange exchange) {
    exchange.setProperty(PROPERTY, this);
  }

  /**
   * Takes in a call that is about to start.
   *
   * @throws CallCancelledException if the scope is closed: the call must not start
   */
  public void add(Call call) {
    synchronized (this) {
      if (closed == null) {
        calls.add(call);
        return;
      }
    }
    throw closed;
  }

  /** Forgets a call that has ended. */
  public synchronized void remove(Call call) {
    calls.remove(call);
  }

  /**
   * Runs the action when the scope closes, at once if it is closed; for the memory that the request
   * holds.
   */
  public void onClose(Runnable release) {
    synchronized (this) {
      if (closed == null) {
        releases.add(release);
        return;
      }
    }
    release.run();
  }

  /**
   * Closes the scope; closing it again does nothing. When a call has failed it is {@link #fail}
   * that does it.
   */
  public void close(Ending reason) {
    close(new CallCancelledException(reason));
  }

  /**
   * Closes the scope since a call has failed for good: the others are cancelled with that failure
   * as the cause. Does nothing if the scope is closed.
   */
  public void fail(Exception failure) {
    close(new CallCancelledException(Ending.SIBLING_FAILED, failure));
  }

  private void close(CallCancelledException reason) {
    List<Call> cancelled;
    List<Runnable> released;
    List<Runnable> retried;
    synchronized (this) {
      if (closed != null) {
        return;
      }
      closed = reason;
      retried = List.copyOf(retryEnds.values());
      retryEnds.clear();
      cancelled = List.copyOf(calls);
      calls.clear();
      released = List.copyOf(releases);
      releases.clear();
    }
    cancelled.forEach(call -> call.cancel(reason));
    retried.forEach(Runnable::run);
    released.forEach(Runnable::run);
  }

  /** Remembers that the worker was lost to this request, so that no later call of it goes there. */
  synchronized void lost(Worker worker) {
    lost.add(worker);
  }

  /**
   * Remembers what is to be done when the request's next call to the stage comes back: the end of a
   * retry.
   */
  synchronized void retrying(Stage stage, Runnable end) {
    retryEnds.merge(
        stage,
        end,
        (former, later) ->
            () -> {
              former.run();
              later.run();
            });
  }

  /** What was remembered; once. */
  synchronized Runnable takeRetryEnd(Stage stage) {
    Runnable end = retryEnds.remove(stage);
    return end == null ? RequestScope::nothing : end;
  }

  synchronized boolean hasLost(Worker worker) {
    return lost.contains(worker);
  }

  private static void nothing() {}

  /** Why the scope was closed, or null while it is open. */
  public synchronized @Nullable Ending ending() {
    return closed == null ? null : closed.ending();
  }
}
