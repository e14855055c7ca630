package org.epdrouter.faults;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.epdrouter.simulator.Behaviour;
import org.epdrouter.simulator.Faults;
import org.epdrouter.simulator.Role;
import org.epdrouter.simulator.SimulatedWorker;
import org.epdrouter.simulator.WorkerSettings;
import org.epdrouter.simulator.WorkerState;

/**
 * A simulated worker that can be killed and comes back on the same port. Its KV blocks die with it,
 * what its encoder has stored does not. Thread-safe.
 */
final class MortalWorker implements AutoCloseable {
  private static final String MODEL = "m";

  private final Role role;
  private final Path storage;
  private final Behaviour behaviour;
  private final int port;
  private final String url;
  private SimulatedWorker worker;
  private boolean dead;
  private boolean sick;
  private long paramsAltered;
  private int deaths;

  MortalWorker(Role role, Path storage, Behaviour behaviour) {
    this.role = role;
    this.storage = storage;
    this.behaviour = behaviour;
    this.worker = SimulatedWorker.start(settings(0));
    this.port = worker.port();
    this.url = worker.url();
  }

  String url() {
    return url;
  }

  /** Lets something go wrong, or ends what went wrong before. */
  synchronized void suffer(Random random) {
    if (dead || (sick && random.nextInt(4) > 0)) {
      heal();
    } else if (random.nextInt(4) == 0) {
      kill();
    } else {
      worker.inject(fault(random));
      sick = true;
    }
  }

  synchronized void kill() {
    if (!dead) {
      paramsAltered += worker.state().kvParamsAltered();
      worker.close();
      dead = true;
      deaths++;
    }
  }

  /** Alive, and nothing goes wrong any more. */
  synchronized void heal() {
    if (dead) {
      worker = SimulatedWorker.start(settings(port));
      dead = false;
    }
    worker.inject(Faults.NONE);
    sick = false;
  }

  synchronized WorkerState state() {
    return worker.state();
  }

  /** Fetches with other params than prefill gave, over all its lives. */
  synchronized long paramsAltered() {
    return paramsAltered + worker.state().kvParamsAltered();
  }

  synchronized int deaths() {
    return deaths;
  }

  @Override
  public synchronized void close() {
    worker.close();
  }

  private WorkerSettings settings(int wantedPort) {
    return new WorkerSettings(
        role, MODEL, "127.0.0.1", wantedPort, storage, "127.0.0.1", 0, behaviour);
  }

  private static Faults fault(Random random) {
    List<Faults> faults =
        List.of(
            Faults.reset().onEvery(2),
            Faults.reset(),
            Faults.resetAfter(random.nextInt(6)),
            Faults.stallAfter(random.nextInt(6)).onNext(8),
            Faults.answer(503, 1),
            Faults.answer(500).onEvery(3),
            Faults.delay(200),
            Faults.unhealthy(),
            Faults.refused());
    return faults.get(random.nextInt(faults.size()));
  }
}
