package org.epdrouter.relay;

import org.epdrouter.worker.RequestScope;

/**
 * What a collected answer takes of the memory that bodies may hold, until its request ends. Small
 * answers are not counted, so that probes and errors get through when all of it is taken.
 * Thread-safe.
 */
final class AnswerMemory {

  private static final int SMALL = 64 * 1024;

  private final Admission admission;
  private final RequestScope scope;
  private long collected;
  private long reserved;
  private boolean over;

  AnswerMemory(Admission admission, RequestScope scope) {
    this.admission = admission;
    this.scope = scope;
  }

  /** Takes memory for a piece of the answer; false if there is not that much. */
  boolean take(int bytes) {
    boolean first;
    synchronized (this) {
      collected += bytes;
      if (collected <= SMALL) {
        return true;
      }
      if (over || !admission.reserve(bytes)) {
        return false;
      }
      first = reserved == 0;
      reserved += bytes;
    }
    if (first) {
      scope.onClose(this::free);
    }
    return true;
  }

  /** Gives all of it back; nothing can be taken any more. */
  synchronized void free() {
    over = true;
    admission.free(reserved);
    reserved = 0;
  }
}
