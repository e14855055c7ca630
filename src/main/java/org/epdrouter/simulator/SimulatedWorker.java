package org.epdrouter.simulator;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One vLLM worker that listens. Thread-safe. */
public final class SimulatedWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SimulatedWorker.class);
  private static final Duration SIDE_CHANNEL_KEEP_ALIVE = Duration.ofMinutes(1);
  private static final int SIDE_CHANNEL_BODY = 16 << 20;

  private final WorkerSettings settings;
  private final EventLoopGroup group;
  private final boolean ownsGroup;
  private final EcStore ecStore;
  private final Ledger ledger = new Ledger();
  private final FaultBox faults = new FaultBox();
  private final KvStore kvStore;
  private final KvClient kvClient;
  private final @Nullable HttpListener sideChannel;
  private final HttpListener listener;

  private SimulatedWorker(
      WorkerSettings settings, EventLoopGroup group, boolean ownsGroup, EcStore ecStore) {
    this.settings = settings;
    this.group = group;
    this.ownsGroup = ownsGroup;
    this.ecStore = ecStore;
    Behaviour behaviour = settings.behaviour();
    kvStore = new KvStore(ledger, group, behaviour.kvLease().toNanos());
    kvClient = new KvClient(group);
    sideChannel = holdsKv() ? listenForKv() : null;
    Slots slots = new Slots(behaviour.maxNumSeqs());
    ChatContext chat = new ChatContext(settings.model(), behaviour, rules(), slots, ledger);
    listener =
        new HttpListener(
            group,
            settings.host(),
            settings.port(),
            behaviour.keepAlive(),
            behaviour.maxBody(),
            ledger,
            guarded(endpoints(chat)));
    LOG.info("{} worker of {} at {}", settings.role().label(), settings.model(), url());
  }

  /**
   * Starts a worker with threads of its own. Its encoder cache is {@code sharedStorage}; without
   * one, encode keeps its own and the others have none: they encode for themselves.
   *
   * @throws IllegalStateException when a port is taken
   */
  public static SimulatedWorker start(WorkerSettings settings) {
    Path storage = settings.sharedStorage();
    EcStore store =
        storage != null
            ? new FileEcStore(storage)
            : settings.role() == Role.ENCODE ? new MemoryEcStore() : EcStore.local();
    EventLoopGroup group = newGroup();
    try {
      return new SimulatedWorker(settings, group, true, store);
    } catch (RuntimeException e) {
      shutDown(group);
      throw e;
    }
  }

  /** Starts a worker of a cluster that shares threads and encoder cache. */
  static SimulatedWorker start(WorkerSettings settings, EventLoopGroup group, EcStore store) {
    return new SimulatedWorker(settings, group, false, store);
  }

  static EventLoopGroup newGroup() {
    return new NioEventLoopGroup(2, new DefaultThreadFactory("simulator", true));
  }

  static void shutDown(EventLoopGroup group) {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  public Role role() {
    return settings.role();
  }

  public int port() {
    return listener.port();
  }

  /** Base URL without a slash at its end. */
  public String url() {
    String host = settings.host().equals("0.0.0.0") ? "127.0.0.1" : settings.host();
    return "http://" + host + ":" + port();
  }

  public WorkerState state() {
    return ledger.snapshot(settings.role().label(), settings.model(), url());
  }

  /** Sets what goes wrong from now on; {@link Faults#NONE} heals. */
  public void inject(Faults newFaults) {
    faults.set(newFaults);
    if (newFaults.refuse()) {
      listener.pause();
    } else {
      listener.resume();
    }
    if (newFaults.forMillis() > 0) {
      group.schedule(() -> heal(newFaults), newFaults.forMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Clears counters, encoder cache and held KV blocks; faults stay. */
  public void reset() {
    kvStore.clear();
    ecStore.clear();
    ledger.reset();
  }

  /** Stops at once; running requests are cut. */
  @Override
  public void close() {
    listener.close();
    if (sideChannel != null) {
      sideChannel.close();
    }
    kvClient.close();
    if (ownsGroup) {
      shutDown(group);
    }
  }

  private void heal(Faults over) {
    if (faults.get() == over) {
      inject(Faults.NONE);
    }
  }

  private boolean holdsKv() {
    return settings.role() == Role.PREFILL || settings.role() == Role.PREFILL_DECODE;
  }

  private HttpListener listenForKv() {
    return new HttpListener(
        group,
        settings.kvHost(),
        settings.kvPort(),
        SIDE_CHANNEL_KEEP_ALIVE,
        SIDE_CHANNEL_BODY,
        new Ledger(),
        new KvEndpoint(kvStore));
  }

  private RoleRules rules() {
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

  private Endpoints endpoints(ChatContext chat) {
    Endpoints endpoints =
        new Endpoints(ledger)
            .on("POST", Endpoints.CHAT, new ChatEndpoint(chat, faults))
            .on("GET", Endpoints.MODELS, new ModelsEndpoint(settings.model()))
            .on("GET", Endpoints.HEALTH, x -> x.empty(faults.get().dead() ? 503 : 200))
            .on(
                "GET",
                Endpoints.STATE,
                x -> x.json(200, Json.bytes(Json.MAPPER.valueToTree(state()))))
            .on("POST", Endpoints.FAULTS, this::setFaults)
            .on("POST", Endpoints.RESET, this::reset);
    if (settings.behaviour().profiling()) {
      endpoints
          .on("POST", Endpoints.START_PROFILE, x -> profile(x, Counter.PROFILE_STARTS))
          .on("POST", Endpoints.STOP_PROFILE, x -> profile(x, Counter.PROFILE_STOPS));
    }
    return endpoints;
  }

  private HttpEndpoint guarded(HttpEndpoint endpoints) {
    String key = settings.behaviour().apiKey();
    return key == null ? endpoints : new ApiKeyGate(key, endpoints);
  }

  private void profile(Exchange exchange, Counter counter) {
    ledger.increment(counter);
    exchange.empty(200);
  }

  private void reset(Exchange exchange) {
    reset();
    exchange.empty(200);
  }

  private void setFaults(Exchange exchange) {
    try {
      Faults newFaults = Faults.parse(exchange.content().toString(StandardCharsets.UTF_8));
      exchange.empty(200);
      inject(newFaults);
    } catch (IOException e) {
      exchange.error(VllmError.badRequest(String.valueOf(e.getMessage()), null));
    }
  }
}
