package org.epdrouter.simulator;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the engine does for an admitted request. To be used by one thread at a time. */
interface Work {

  /** Time until the answer's first token. */
  Duration delay();

  /** The computing is done; the answer's {@code kv_transfer_params} as JSON, or null. */
  default @Nullable String finish() {
    return null;
  }

  /** The client left before the end of the answer. May be called more than once. */
  default void abort() {}

  /** Whether it generates tokens at the decode pace after the first. */
  default boolean paced() {
    return true;
  }

  /** Generation that leaves nothing behind. */
  static Work generate(Duration delay) {
    return () -> delay;
  }
}
