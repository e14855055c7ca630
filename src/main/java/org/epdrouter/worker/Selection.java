package org.epdrouter.worker;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the worker that takes the next call. Implementations are thread-safe and live as long as
 * their pool.
 */
@FunctionalInterface
public interface Selection {

  /**
   * Chooses a worker.
   *
   * @param workers all workers of the stage, in configured order, never empty
   * @param allowed whether a worker may be chosen now
   * @return one of the workers that are allowed, or null if none is
   */
  @Nullable Worker select(List<Worker> workers, Predicate<Worker> allowed);
}
