package org.epdrouter.pipeline;

import java.util.List;
import java.util.stream.Stream;
import org.epdrouter.stage.Stage;
import org.epdrouter.worker.Worker;
import org.epdrouter.worker.WorkerPool;

/** The three stages' workers together, for what concerns all of them. */
public final class Clusters {

  private final List<WorkerPool> pools;

  public Clusters(WorkerPool encode, WorkerPool prefill, WorkerPool decode) {
    this.pools = List.of(encode, prefill, decode);
  }

  /** Every worker of every stage. */
  public List<Worker> getWorkers() {
    return pools.stream().map(WorkerPool::workers).flatMap(List::stream).toList();
  }

  Stream<Stage> stages() {
    return pools.stream().map(WorkerPool::stage);
  }

  boolean isEmpty(Stage stage) {
    return pools.stream().allMatch(pool -> pool.stage() != stage || pool.isEmpty());
  }
}
