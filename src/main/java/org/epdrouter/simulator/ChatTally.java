package org.epdrouter.simulator;

/**
 * Where one chat request stands in the ledger: waiting, then running, then exactly one of
 * completed, failed and aborted. To be used on one thread.
 */
final class ChatTally {
  private final Ledger ledger;
  private Counter now = Counter.WAITING;

  ChatTally(Ledger ledger) {
    this.ledger = ledger;
    ledger.increment(now);
  }

  boolean isRunning() {
    return now == Counter.RUNNING;
  }

  boolean isEnded() {
    return now != Counter.WAITING && now != Counter.RUNNING;
  }

  void running() {
    move(Counter.RUNNING);
  }

  void completed() {
    move(Counter.COMPLETED);
  }

  void failed() {
    move(Counter.FAILED);
  }

  /** Also of an answer counted as completed whose last bytes could not be sent. */
  void aborted() {
    if (now != Counter.FAILED && now != Counter.ABORTED) {
      move(Counter.ABORTED);
    }
  }

  private void move(Counter next) {
    ledger.move(now, next, 1);
    now = next;
  }
}
