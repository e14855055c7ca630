package org.epdrouter.simulator;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Encode: computes the items that are not cached and registers them for prefill. */
final class EncodeRules implements RoleRules {
  private final EcStore store;
  private final Ledger ledger;
  private final Duration perItem;

  EncodeRules(EcStore store, Ledger ledger, Duration perItem) {
    this.store = store;
    this.ledger = ledger;
    this.perItem = perItem;
  }

  @Override
  public CompletionStage<Work> admit(ChatCall call) {
    List<String> hashes = call.items().stream().map(MediaItem::hash).toList();
    long missing = hashes.stream().distinct().filter(hash -> !store.contains(hash)).count();
    return CompletableFuture.completedFuture(new Encoding(hashes, perItem.multipliedBy(missing)));
  }

  private final class Encoding implements Work {
    private final List<String> hashes;
    private final Duration delay;

    Encoding(List<String> hashes, Duration delay) {
      this.hashes = hashes;
      this.delay = delay;
    }

    @Override
    public Duration delay() {
      return delay;
    }

    @Override
    public @Nullable String finish() {
      hashes.forEach(hash -> ledger.item(hash, store.add(hash)));
      return null;
    }

    @Override
    public boolean paced() {
      return false;
    }
  }
}
