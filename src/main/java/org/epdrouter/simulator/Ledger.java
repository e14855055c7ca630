package org.epdrouter.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one worker counts. Thread-safe. */
@SuppressWarnings(
    "EnumOrdinal") // Counters are never stored: an index lasts as long as the process.
final class Ledger {
  private static final int RECENT = 100;
  private static final int MAX_ITEMS = 100_000;

  private final long[] counters = new long[Counter.values().length];
  private final Map<String, Long> requests = new TreeMap<>();
  private final Map<String, ItemCount> items = new LinkedHashMap<>();
  private final Deque<String> requestIds = new ArrayDeque<>();
  private final Deque<String> traceparents = new ArrayDeque<>();

  synchronized void add(Counter counter, long amount) {
    counters[counter.ordinal()] += amount;
  }

  /** Takes from one counter what it gives to another; nobody sees it in between. */
  synchronized void move(Counter from, Counter to, long amount) {
    add(from, -amount);
    add(to, amount);
  }

  void increment(Counter counter) {
    add(counter, 1);
  }

  void decrement(Counter counter) {
    add(counter, -1);
  }

  private long get(Counter counter) {
    return counters[counter.ordinal()];
  }

  synchronized void request(String methodAndPath) {
    requests.merge(methodAndPath, 1L, Long::sum);
  }

  synchronized void chat(String requestId, String traceparent) {
    remember(requestIds, requestId);
    remember(traceparents, traceparent);
  }

  /** An item was computed, or asked for while cached. The oldest items are forgotten at last. */
  synchronized void item(String hash, boolean encoded) {
    increment(encoded ? Counter.ITEMS_ENCODED : Counter.ENCODER_CACHE_HITS);
    items.merge(
        hash,
        new ItemCount(hash, encoded ? 1 : 0, encoded ? 0 : 1),
        (a, b) -> new ItemCount(hash, a.encoded() + b.encoded(), a.hits() + b.hits()));
    if (items.size() > MAX_ITEMS) {
      items.remove(items.keySet().iterator().next());
    }
  }

  /** Back to zero but for what is now: running and waiting requests, held blocks, connections. */
  synchronized void reset() {
    requests.clear();
    items.clear();
    requestIds.clear();
    traceparents.clear();
    for (Counter counter : Counter.values()) {
      if (!counter.isGauge()) {
        counters[counter.ordinal()] = 0;
      }
    }
  }

  /** All numbers at one moment. */
  synchronized WorkerState snapshot(String role, String model, String url) {
    return new WorkerState(
        role,
        model,
        url,
        requests,
        (int) get(Counter.WAITING),
        (int) get(Counter.RUNNING),
        get(Counter.COMPLETED),
        get(Counter.ABORTED),
        get(Counter.FAILED),
        get(Counter.EVENTS_SENT),
        get(Counter.ITEMS_ENCODED),
        get(Counter.ENCODER_CACHE_HITS),
        List.copyOf(items.values()),
        get(Counter.ITEMS_MISSED),
        get(Counter.KV_BLOCKS_ALLOCATED),
        get(Counter.KV_BLOCKS_HELD),
        get(Counter.KV_BLOCKS_RELEASED),
        get(Counter.KV_BLOCKS_EXPIRED),
        get(Counter.KV_BLOCKS_ABORTED),
        get(Counter.KV_PARAMS_ALTERED),
        get(Counter.KV_MISSING),
        get(Counter.PROMPTS_RECOMPUTED),
        get(Counter.PROFILE_STARTS),
        get(Counter.PROFILE_STOPS),
        (int) get(Counter.OPEN_CONNECTIONS),
        get(Counter.CONNECTIONS_ACCEPTED),
        List.copyOf(requestIds),
        List.copyOf(traceparents));
  }

  private static void remember(Deque<String> recent, String value) {
    recent.addLast(value);
    if (recent.size() > RECENT) {
      recent.removeFirst();
    }
  }
}
