package org.epdrouter.simulator;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The KV blocks a prefill worker holds for decode, as NIXL does: from the prefill's start until
 * decode fetched them, the lease ended, or the request went away. Block ids are never used again,
 * so that a late fetch cannot hit another request's blocks. Thread-safe.
 */
final class KvStore {
  private static final int TOKENS_PER_BLOCK = 16;

  private final String engineId = UUID.randomUUID().toString();
  private final Map<Integer, KvHold> holds = new HashMap<>();
  private final Ledger ledger;
  private final ScheduledExecutorService timer;
  private final long leaseNanos;
  private int nextBlock = 1;

  KvStore(Ledger ledger, ScheduledExecutorService timer, long leaseNanos) {
    this.ledger = ledger;
    this.timer = timer;
    this.leaseNanos = leaseNanos;
  }

  String engineId() {
    return engineId;
  }

  synchronized KvHold allocate(int tokens) {
    int count = (tokens + TOKENS_PER_BLOCK - 1) / TOKENS_PER_BLOCK;
    List<Integer> blocks = IntStream.range(nextBlock, nextBlock + count).boxed().toList();
    nextBlock += count;
    KvHold hold = new KvHold(blocks);
    holds.put(blocks.get(0), hold);
    ledger.add(Counter.KV_BLOCKS_ALLOCATED, count);
    ledger.add(Counter.KV_BLOCKS_HELD, count);
    return hold;
  }

  /** The prompt is computed: from now on decode may fetch it, with these params. */
  synchronized void lease(KvHold hold, String params) {
    if (holds.get(hold.blocks().get(0)) != hold) {
      return;
    }
    hold.lease(
        params.getBytes(StandardCharsets.UTF_8),
        timer.schedule(
            () -> drop(hold, Counter.KV_BLOCKS_EXPIRED), leaseNanos, TimeUnit.NANOSECONDS));
  }

  /** The request went away before its answer. */
  void abort(KvHold hold) {
    drop(hold, Counter.KV_BLOCKS_ABORTED);
  }

  /** Decode fetches the blocks; false when they are not held. */
  synchronized boolean fetch(KvParams params) {
    List<Integer> blocks = params.blockIds();
    KvHold hold = blocks.isEmpty() ? null : holds.get(blocks.get(0));
    if (hold == null || !hold.blocks().equals(blocks) || !engineId.equals(params.engineId())) {
      return false;
    }
    if (!Arrays.equals(hold.params(), params.json())) {
      ledger.increment(Counter.KV_PARAMS_ALTERED);
    }
    drop(hold, Counter.KV_BLOCKS_RELEASED);
    return true;
  }

  synchronized void clear() {
    List.copyOf(holds.values()).forEach(this::abort);
  }

  private synchronized void drop(KvHold hold, Counter reason) {
    if (holds.remove(hold.blocks().get(0), hold)) {
      hold.endLease();
      ledger.move(Counter.KV_BLOCKS_HELD, reason, hold.blocks().size());
    }
  }
}
