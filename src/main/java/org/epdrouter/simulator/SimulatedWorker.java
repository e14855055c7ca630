package org.epdrouter.simulator;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** One vLLM worker that listens. Thread-safe. */
public final class SimulatedWorker implements AutoCloseable {
  private static final int THREADS = 2;

  private final WorkerSettings settings;
  private final Ledger ledger = new Ledger();
  private final FaultBox faults = new FaultBox();
  private final Engine engine;
  private final HttpListener listener;
  private final FaultSwitch faultSwitch;
  private final Runnable afterClose;

  private SimulatedWorker(
      WorkerSettings settings, EventLoopGroup group, EcStore store, Runnable afterClose) {
    this.settings = settings;
    this.afterClose = afterClose;
    Behaviour behaviour = settings.behaviour();
    engine = new Engine(settings, group, store, ledger);
    try {
      listener =
          new HttpListener(
              group,
              settings.host(),
              settings.port(),
              behaviour.keepAlive(),
              behaviour.maxBody(),
              ledger,
              ApiKeyGate.guard(behaviour.apiKey(), endpoints()));
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
    faultSwitch = new FaultSwitch(faults, listener, group);
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
      return new SimulatedWorker(settings, group, store, () -> shutDown(group));
    } catch (RuntimeException e) {
      shutDown(group);
      throw e;
    }
  }

  /** Starts a worker of a cluster that shares threads and encoder cache. */
  static SimulatedWorker start(WorkerSettings settings, EventLoopGroup group, EcStore store) {
    return new SimulatedWorker(settings, group, store, () -> {});
  }

  static EventLoopGroup newGroup() {
    return new NioEventLoopGroup(THREADS, new DefaultThreadFactory("simulator", true));
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

  /**
   * Sets what goes wrong from now on; {@link Faults#NONE} heals. Returns when it is in force. Not
   * to be called on a Netty event loop.
   */
  public void inject(Faults newFaults) {
    faultSwitch.set(newFaults).awaitUninterruptibly();
  }

  /** Clears counters, encoder cache and held KV blocks; faults stay. */
  public void reset() {
    engine.clear();
    ledger.reset();
  }

  /** Stops at once; running requests are cut. */
  @Override
  public void close() {
    listener.close();
    engine.close();
    afterClose.run();
  }

  private Endpoints endpoints() {
    Behaviour behaviour = settings.behaviour();
    ChatContext chat =
        new ChatContext(
            settings.model(), behaviour, engine.rules(), new Slots(behaviour.maxNumSeqs()), ledger);
    Endpoints endpoints =
        new Endpoints(ledger)
            .on("POST", Endpoints.CHAT, new ChatEndpoint(chat, faults))
            .on("GET", Endpoints.MODELS, new ModelsEndpoint(settings.model()))
            .on("GET", Endpoints.HEALTH, x -> x.empty(faults.get().dead() ? 503 : 200))
            .on("GET", Endpoints.STATE, x -> x.json(200, Json.bytes(state())))
            .on("POST", Endpoints.FAULTS, this::setFaults)
            .on("POST", Endpoints.RESET, this::reset);
    if (behaviour.profiling()) {
      endpoints
          .on("POST", Endpoints.START_PROFILE, x -> profile(x, Counter.PROFILE_STARTS))
          .on("POST", Endpoints.STOP_PROFILE, x -> profile(x, Counter.PROFILE_STOPS));
    }
    return endpoints;
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
      faultSwitch.set(newFaults);
      exchange.empty(200);
    } catch (IOException e) {
      exchange.error(VllmError.badRequest(String.valueOf(e.getMessage()), null));
    }
  }
}
