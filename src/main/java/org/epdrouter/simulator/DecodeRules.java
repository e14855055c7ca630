package org.epdrouter.simulator;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Decode: fetches the KV blocks that the params name, or computes the prompt itself. */
final class DecodeRules implements RoleRules {
  private final KvClient client;
  private final Ledger ledger;
  private final OnBreach onMissing;
  private final Timing timing;

  DecodeRules(KvClient client, Ledger ledger, OnBreach onMissing, Timing timing) {
    this.client = client;
    this.ledger = ledger;
    this.onMissing = onMissing;
    this.timing = timing;
  }

  @Override
  public CompletionStage<Work> admit(ChatCall call) {
    KvParams kv = call.kv();
    if (kv == null || !kv.doRemotePrefill()) {
      return CompletableFuture.completedFuture(recompute(call));
    }
    return client
        .fetch(kv)
        .thenApply(held -> held ? Work.generate(timing.firstToken()) : missing(call, kv));
  }

  private Work missing(ChatCall call, KvParams kv) {
    ledger.increment(Counter.KV_MISSING);
    if (onMissing == OnBreach.FAIL) {
      throw VllmError.internal(
          "kv blocks "
              + kv.blockIds()
              + ": not held by engine "
              + kv.engineId()
              + " at "
              + kv.host()
              + ":"
              + kv.port()
              + " (expected: held by prefill)");
    }
    return recompute(call);
  }

  private Work recompute(ChatCall call) {
    ledger.increment(Counter.PROMPTS_RECOMPUTED);
    Duration encode = timing.encode().multipliedBy(call.items().size());
    return Work.generate(encode.plus(timing.prefill()).plus(timing.firstToken()));
  }
}
