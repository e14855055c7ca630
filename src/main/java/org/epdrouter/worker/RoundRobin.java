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
    int first = Math.floorMod(cursor.getAndIncrement(), size);
    for (int passed = 0; passed < size; passed++) {
      // Counted from this call's own turn: others move the cursor meanwhile, and whoever followed
      // it could see one worker twice and another never.
      Worker worker = workers.get((first + passed) % size);
      if (allowed.test(worker)) {
        cursor.addAndGet(passed);
        return worker;
      }
    }
    return null;
  }
}
