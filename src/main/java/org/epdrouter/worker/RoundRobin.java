package org.epdrouter.worker;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One worker after the other, with a cursor that lasts across requests. */
public final class RoundRobin implements Selection {

  private final AtomicInteger cursor;

  /** Begins with the first worker. */
  public RoundRobin() {
    this(0);
  }

  RoundRobin(int cursor) {
    this.cursor = new AtomicInteger(cursor);
  }

  @Override
  public @Nullable Worker select(List<Worker> workers, Predicate<Worker> allowed) {
    int size = workers.size();
    for (int tries = 0; tries < size; tries++) {
      Worker worker = workers.get(Math.floorMod(cursor.getAndIncrement(), size));
      if (allowed.test(worker)) {
        return worker;
      }
    }
    return null;
  }
}
