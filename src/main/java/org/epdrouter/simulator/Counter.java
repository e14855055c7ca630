package org.epdrouter.simulator;

/** The numbers a worker counts; described at {@link WorkerState}. */
enum Counter {
  WAITING,
  RUNNING,
  COMPLETED,
  ABORTED,
  FAILED,
  EVENTS_SENT,
  ITEMS_ENCODED,
  ENCODER_CACHE_HITS,
  ITEMS_MISSED,
  KV_BLOCKS_ALLOCATED,
  KV_BLOCKS_HELD,
  KV_BLOCKS_RELEASED,
  KV_BLOCKS_EXPIRED,
  KV_BLOCKS_ABORTED,
  KV_PARAMS_ALTERED,
  KV_MISSING,
  PROMPTS_RECOMPUTED,
  PROFILE_STARTS,
  PROFILE_STOPS,
  OPEN_CONNECTIONS,
  CONNECTIONS_ACCEPTED;

  /** Shows what is now, not what was; a reset must leave it alone. */
  boolean isGauge() {
    return switch (this) {
      case WAITING, RUNNING, KV_BLOCKS_HELD, OPEN_CONNECTIONS -> true;
      default -> false;
    };
  }
}
