package org.epdrouter.simulator;

import java.util.ArrayDeque;
import java.util.Deque;

/** vLLM's {@code --max-num-seqs}: so many requests run, the others wait in line. Thread-safe. */
final class Slots {
  private final Deque<Runnable> line = new ArrayDeque<>();
  private int free;

  Slots(int count) {
    free = count;
  }

  /** Runs {@code granted} now or when a slot is free, then on the thread that freed it. */
  void acquire(Runnable granted) {
    synchronized (this) {
      if (free == 0) {
        line.add(granted);
        return;
      }
      free--;
    }
    granted.run();
  }

  void release() {
    Runnable next;
    synchronized (this) {
      next = line.poll();
      if (next == null) {
        free++;
        return;
      }
    }
    next.run();
  }

  /** Leaves the line, if it still stands there. */
  synchronized void leave(Runnable granted) {
    line.remove(granted);
  }
}
