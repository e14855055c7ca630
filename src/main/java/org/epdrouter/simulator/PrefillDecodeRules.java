package org.epdrouter.simulator;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Prefill and decode in one engine: the media come from the encoder cache, the KV blocks stay
 * inside. With a KV connector of role {@code kv_both} it also serves the two halves apart.
 */
final class PrefillDecodeRules implements RoleRules {
  private final EncodedItems encoded;
  private final RoleRules prefill;
  private final RoleRules decode;
  private final Timing timing;

  PrefillDecodeRules(EncodedItems encoded, RoleRules prefill, RoleRules decode, Timing timing) {
    this.encoded = encoded;
    this.prefill = prefill;
    this.decode = decode;
    this.timing = timing;
  }

  @Override
  public CompletionStage<Work> admit(ChatCall call) {
    KvParams kv = call.kv();
    if (kv != null && kv.doRemoteDecode()) {
      return prefill.admit(call);
    }
    if (kv != null && kv.doRemotePrefill()) {
      return decode.admit(call);
    }
    Duration encode = encoded.encodeMissing(call);
    return CompletableFuture.completedFuture(
        Work.generate(encode.plus(timing.prefill()).plus(timing.firstToken())));
  }
}
