package org.epdrouter.simulator;

import java.time.Duration;

/** Whether encode did its part: prefill takes its media from the encoder cache. */
final class EncodedItems {
  private final EcStore store;
  private final Ledger ledger;
  private final OnBreach onMissed;
  private final Duration perItem;

  EncodedItems(EcStore store, Ledger ledger, OnBreach onMissed, Duration perItem) {
    this.store = store;
    this.ledger = ledger;
    this.onMissed = onMissed;
    this.perItem = perItem;
  }

  /** The time to encode here what is missing; a {@link VllmError} when that is not wanted. */
  Duration encodeMissing(ChatCall call) {
    int missed = 0;
    int first = -1;
    for (int i = 0; i < call.items().size(); i++) {
      if (!store.contains(call.items().get(i).hash())) {
        missed++;
        first = first < 0 ? i : first;
      }
    }
    ledger.add(Counter.ITEMS_MISSED, missed);
    if (missed > 0 && onMissed == OnBreach.FAIL) {
      MediaItem item = call.items().get(first);
      throw VllmError.badRequest(
          "encoder cache miss: item "
              + first
              + ", "
              + item.type()
              + " "
              + item.hash()
              + " (expected: encoded before prefill)",
          "messages");
    }
    return perItem.multipliedBy(missed);
  }
}
