package org.epdrouter.simulator;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The workers of a cluster and their sums.
 *
 * @param workers in the order encode, prefill, decode, prefill+decode
 */
public record SimulatorState(List<WorkerState> workers) {

  public SimulatorState {
    workers = List.copyOf(workers);
  }

  /** The workers of one role. */
  public List<WorkerState> of(Role role) {
    return workers.stream().filter(w -> w.role().equals(role.label())).toList();
  }

  /** A sum over all workers, such as {@code sum(WorkerState::kvBlocksHeld)}. */
  public long sum(ToLongFunction<WorkerState> number) {
    return workers.stream().mapToLong(number).sum();
  }

  /** A sum over the workers of one role. */
  public long sum(Role role, ToLongFunction<WorkerState> number) {
    return of(role).stream().mapToLong(number).sum();
  }

  /** Nothing waits, runs or is held anywhere. */
  public boolean idle() {
    return workers.stream().allMatch(WorkerState::idle);
  }

  /** No item missed, none computed twice, no blocks missing, expired or altered. */
  public boolean clean() {
    return sum(WorkerState::itemsMissed) == 0
        && sum(WorkerState::kvMissing) == 0
        && sum(WorkerState::kvBlocksExpired) == 0
        && sum(WorkerState::kvParamsAltered) == 0
        && sum(WorkerState::promptsRecomputed) == 0
        && workers.stream().flatMap(w -> w.items().stream()).allMatch(i -> i.encoded() <= 1);
  }
}
