package org.epdrouter.simulator;

import io.netty.channel.EventLoopGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A cluster of workers in one process, on real sockets. Thread-safe. */
public final class Simulator implements AutoCloseable {
  private final EventLoopGroup group;
  private final List<SimulatedWorker> workers;

  private Simulator(EventLoopGroup group, List<SimulatedWorker> workers) {
    this.group = group;
    this.workers = List.copyOf(workers);
  }

  /**
   * Starts all workers; on return they listen.
   *
   * @throws IllegalStateException when a port is taken; nothing is left running then
   */
  public static Simulator start(SimulatorSettings settings) {
    EventLoopGroup group = SimulatedWorker.newGroup();
    Path storage = settings.sharedStorage();
    EcStore store = storage == null ? new MemoryEcStore() : new FileEcStore(storage);
    List<SimulatedWorker> started = new ArrayList<>();
    try {
      for (Role role : Role.values()) {
        for (int i = 0; i < settings.count(role); i++) {
          int port = settings.basePort() == 0 ? 0 : settings.basePort() + started.size();
          started.add(SimulatedWorker.start(worker(settings, role, port), group, store));
        }
      }
      return new Simulator(group, started);
    } catch (RuntimeException e) {
      new Simulator(group, started).close();
      throw e;
    }
  }

  public List<SimulatedWorker> workers() {
    return workers;
  }

  public List<SimulatedWorker> workers(Role role) {
    return workers.stream().filter(worker -> worker.role() == role).toList();
  }

  /** Base URLs of the workers of a role, without a slash at their end. */
  public List<String> urls(Role role) {
    return workers(role).stream().map(SimulatedWorker::url).toList();
  }

  public SimulatorState state() {
    return new SimulatorState(workers.stream().map(SimulatedWorker::state).toList());
  }

  /** {@link SimulatedWorker#reset()} of all. */
  public void reset() {
    workers.forEach(SimulatedWorker::reset);
  }

  /** Stops at once; running requests are cut. */
  @Override
  public void close() {
    workers.forEach(SimulatedWorker::close);
    SimulatedWorker.shutDown(group);
  }

  private static WorkerSettings worker(SimulatorSettings settings, Role role, int port) {
    String kvHost = settings.host().equals("0.0.0.0") ? "127.0.0.1" : settings.host();
    return new WorkerSettings(
        role,
        settings.model(),
        settings.host(),
        port,
        settings.sharedStorage(),
        kvHost,
        0,
        settings.behaviour());
  }
}
