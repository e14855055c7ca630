package org.epdrouter.simulator;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Prefill: checks that the media were encoded, computes the prompt and, when asked by {@code
 * do_remote_decode}, holds its KV blocks for decode.
 */
final class PrefillRules implements RoleRules {
  private final EncodedItems encoded;
  private final KvStore store;
  private final String kvHost;
  private final int kvPort;
  private final Duration prefill;

  PrefillRules(EncodedItems encoded, KvStore store, String kvHost, int kvPort, Duration prefill) {
    this.encoded = encoded;
    this.store = store;
    this.kvHost = kvHost;
    this.kvPort = kvPort;
    this.prefill = prefill;
  }

  @Override
  public CompletionStage<Work> admit(ChatCall call) {
    Duration delay = prefill.plus(encoded.encodeMissing(call));
    KvParams kv = call.kv();
    boolean hold = kv != null && kv.doRemoteDecode();
    return CompletableFuture.completedFuture(
        hold
            ? new Held(delay, store.allocate(call.promptTokens()), call.cap() != null)
            : Work.generate(delay));
  }

  /**
   * NIXL's members, and one of our own: decode must bring all of it back byte for byte, which its
   * odd numbers and escapes make hard for whoever parses and writes them again.
   */
  private String params(KvHold hold) {
    return "{\"do_remote_prefill\":true,\"do_remote_decode\":false,\"remote_block_ids\":"
        + hold.blocks().toString().replace(" ", "")
        + ",\"remote_engine_id\":"
        + Json.quoted(store.engineId())
        + ",\"remote_host\":"
        + Json.quoted(kvHost)
        + ",\"remote_port\":"
        + kvPort
        + ",\"tp_size\":1,\"sim_opaque\": {\"nonce\":\"\\u00e9\\/"
        + UUID.randomUUID()
        + "\",\"scale\":1.50e+2,\"big\":123456789012345678901234567890}}";
  }

  private final class Held implements Work {
    private final Duration delay;
    private final KvHold hold;
    private final boolean capped;

    Held(Duration delay, KvHold hold, boolean capped) {
      this.delay = delay;
      this.hold = hold;
      this.capped = capped;
    }

    @Override
    public Duration delay() {
      return delay;
    }

    /** As vLLM: params only when the cap ended the request, not when it stopped by itself. */
    @Override
    public @Nullable String finish() {
      if (!capped) {
        store.abort(hold);
        return null;
      }
      String params = params(hold);
      store.lease(hold, params);
      return params;
    }

    @Override
    public void abort() {
      store.abort(hold);
    }
  }
}
