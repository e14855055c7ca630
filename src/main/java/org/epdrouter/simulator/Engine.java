package org.epdrouter.simulator;

import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What stands behind a worker's HTTP: its role's rules, caches and KV side channel. */
final class Engine implements AutoCloseable {
  private static final Duration SIDE_CHANNEL_KEEP_ALIVE = Duration.ofMinutes(1);
  private static final int SIDE_CHANNEL_BODY = 16 << 20;

  private final EcStore ecStore;
  private final KvStore kvStore;
  private final KvClient kvClient;
  private final @Nullable HttpListener sideChannel;
  private final RoleRules rules;

  Engine(WorkerSettings settings, EventLoopGroup group, EcStore ecStore, Ledger ledger) {
    Behaviour behaviour = settings.behaviour();
    this.ecStore = ecStore;
    kvStore = new KvStore(ledger, group, behaviour.kvLease().toNanos());
    kvClient = new KvClient(group);
    sideChannel = sideChannel(settings, group, kvStore);
    rules = rules(settings, ledger);
  }

  RoleRules rules() {
    return rules;
  }

  /** Forgets encoded items and held blocks. */
  void clear() {
    kvStore.clear();
    ecStore.clear();
  }

  @Override
  public void close() {
    if (sideChannel != null) {
      sideChannel.close();
    }
    kvClient.close();
  }

  private static @Nullable HttpListener sideChannel(
      WorkerSettings settings, EventLoopGroup group, KvStore store) {
    return switch (settings.role()) {
      case ENCODE, DECODE -> null;
      case PREFILL, PREFILL_DECODE ->
          new HttpListener(
              group,
              settings.kvHost(),
              settings.kvPort(),
              SIDE_CHANNEL_KEEP_ALIVE,
              SIDE_CHANNEL_BODY,
              new Ledger(),
              new KvEndpoint(store));
    };
  }

  private RoleRules rules(WorkerSettings settings, Ledger ledger) {
    Behaviour behaviour = settings.behaviour();
    Timing timing = behaviour.timing();
    EncodedItems encoded =
        new EncodedItems(ecStore, ledger, behaviour.missedItem(), timing.encode());
    int kvPort = sideChannel == null ? 0 : sideChannel.port();
    RoleRules prefill =
        new PrefillRules(encoded, kvStore, settings.kvHost(), kvPort, timing.prefill());
    RoleRules decode = new DecodeRules(kvClient, ledger, behaviour.missingKv(), timing);
    return switch (settings.role()) {
      case ENCODE -> new EncodeRules(ecStore, ledger, timing.encode());
      case PREFILL -> prefill;
      case DECODE -> decode;
      case PREFILL_DECODE -> new PrefillDecodeRules(encoded, prefill, decode, timing);
    };
  }
}
