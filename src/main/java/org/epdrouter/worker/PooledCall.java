package org.epdrouter.worker;

import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.stage.Stage;
import org.jspecify.annotations.Nullable;

/**
 * One call that a pool makes for an exchange, with its second tries: the pool's child, run with one
 * lease after the other. One try at a time, whose end comes on any thread.
 */
final class PooledCall implements AsyncCallback {

  private final WorkerPool pool;
  private final Stage stage;
  private final RetryBudget budget;
  private final Exchange exchange;
  private final AsyncCallback callback;
  private final AsyncProcessor child;
  private final RequestScope scope;
  private @Nullable Worker worker;
  private Runnable retryEnd = () -> {};

  PooledCall(
      WorkerPool pool,
      RetryBudget budget,
      Exchange exchange,
      AsyncCallback callback,
      AsyncProcessor child) {
    this.pool = pool;
    this.stage = pool.stage();
    this.budget = budget;
    this.exchange = exchange;
    this.callback = callback;
    this.child = child;
    this.scope = RequestScope.of(exchange);
  }

  void start() {
    retryEnd = scope.takeRetryEnd(stage);
    worker = pool.lease(exchange, scope);
    if (worker == null) {
      retryEnd.run();
      fail(pool.unavailable());
    } else {
      child.process(exchange, this);
    }
  }

  @Override
  public void done(boolean doneSync) {
    retryEnd.run();
    Exception failure = exchange.getException();
    if (failure == null) {
      callback.done(false);
    } else if (worker == null || !isLost(failure)) {
      fail(failure);
    } else {
      scope.lost(worker);
      retry(failure);
    }
  }

  private void retry(Exception failure) {
    if (!mayTryAnother(failure)) {
      fail(failure instanceof WorkerLostException lost ? lost.answer() : failure);
    } else if (stage == Stage.DECODE) {
      callback.done(false);
    } else {
      exchange.setException(null);
      start();
    }
  }

  private boolean isLost(Exception failure) {
    return failure instanceof WorkerLostException
        || (stage != Stage.DECODE
            && failure instanceof OpenAiException answer
            && answer.fromWorker()
            && answer.status() >= 502
            && answer.status() <= 504);
  }

  private boolean mayTryAnother(Exception failure) {
    if (scope.ending() != null || !pool.hasCandidate(scope)) {
      return false;
    }
    if (failure instanceof WorkerLostException lost && !lost.reached()) {
      return true;
    }
    boolean affordable = budget.take(pool.inFlight());
    if (affordable) {
      scope.retrying(stage, budget::giveBack);
    }
    return affordable;
  }

  private void fail(Exception failure) {
    exchange.setException(failure);
    scope.fail(failure);
    callback.done(false);
  }
}
