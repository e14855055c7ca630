package org.epdrouter.simulator;

import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Blocks held for one request. Guarded by its {@link KvStore}. */
final class KvHold {
  private final List<Integer> blocks;
  private byte[] params = {};
  private @Nullable Future<?> expiry;

  KvHold(List<Integer> blocks) {
    this.blocks = blocks;
  }

  List<Integer> blocks() {
    return blocks;
  }

  /** As prefill answered them; empty before. */
  byte[] params() {
    return params;
  }

  void lease(byte[] newParams, Future<?> newExpiry) {
    params = newParams;
    expiry = newExpiry;
  }

  void endLease() {
    if (expiry != null) {
      expiry.cancel(false);
    }
  }
}
