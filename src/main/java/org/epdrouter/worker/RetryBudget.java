package org.epdrouter.worker;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds how many calls may be second tries, so that an outage is not multiplied: a share of the
 * calls that are under way, but always a few. A call that never reached its worker costs nothing
 * and needs no budget. Thread-safe.
 */
public final class RetryBudget {

  private final int percent;
  private final int least;
  private final AtomicInteger spent = new AtomicInteger();

  /**
   * A budget.
   *
   * @param percent of the stage's calls that are under way
   * @param least how many are always allowed
   */
  public RetryBudget(int percent, int least) {
    this.percent = percent;
    this.least = least;
  }

  /**
   * Takes one retry out of the budget, to be given back with {@link #giveBack}; false if there is
   * none.
   */
  boolean take(int callsUnderWay) {
    int limit = Math.max(least, callsUnderWay * percent / 100);
    if (spent.incrementAndGet() <= limit) {
      return true;
    }
    spent.decrementAndGet();
    return false;
  }

  void giveBack() {
    spent.decrementAndGet();
  }
}
