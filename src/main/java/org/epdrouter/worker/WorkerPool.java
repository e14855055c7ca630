package org.epdrouter.worker;

import java.net.URI;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.processor.loadbalancer.LoadBalancerSupport;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.stage.Stage;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one stage as a Camel load balancer with exactly one child: the pool takes a lease
 * on a worker, puts it on the exchange and runs the child, whose {@code relay:} endpoint calls the
 * leased worker. Another try is the child run again with another lease. Thread-safe; nothing here
 * waits.
 *
 * <p>Encode and prefill calls are repeated here, on another worker, when theirs was lost before it
 * answered or answered 502, 503 or 504. A decode call never is: its KV transfer params belong to
 * the lost call, so it leaves with a {@link WorkerLostException}, for which the pipeline repeats
 * prefill and decode together.
 */
public final class WorkerPool extends LoadBalancerSupport {

  private final Stage stage;
  private final List<Worker> workers;
  private final Selection selection;
  private final RetryBudget budget;

  /**
   * A pool that goes round robin.
   *
   * @param stage name of the stage, as in {@link Stage#label()}
   * @param urls comma-separated base URLs, empty for a stage without workers
   */
  public WorkerPool(String stage, String urls, Breakers breakers, RetryBudget budget) {
    this(Stage.valueOf(stage.toUpperCase(Locale.ROOT)), urls, breakers, budget, new RoundRobin());
  }

  WorkerPool(Stage stage, String urls, Breakers breakers, RetryBudget budget, Selection selection) {
    this.stage = stage;
    this.workers =
        Arrays.stream(urls.split(",", -1))
            .map(String::trim)
            .filter(url -> !url.isEmpty())
            .map(url -> new Worker(stage, URI.create(url), breakers))
            .toList();
    this.selection = selection;
    this.budget = budget;
  }

  public Stage stage() {
    return stage;
  }

  /** All workers of the stage, whatever their health. */
  public List<Worker> workers() {
    return workers;
  }

  public boolean isEmpty() {
    return workers.isEmpty();
  }

  /**
   * Leases the worker whose turn it is for a call of the exchange that is made beside the pool's
   * own child.
   */
  public void lease(Exchange exchange) {
    RequestScope scope = RequestScope.of(exchange);
    Worker worker = select(scope, Set.of());
    if (worker == null) {
      throw unavailable();
    }
    Lease.take(worker, exchange);
  }

  private static boolean isCandidate(Worker worker, RequestScope scope) {
    return worker.isAlive() && !scope.hasLost(worker);
  }

  /** The candidate whose turn it is; one that has just come back leaves some of its turns. */
  private @Nullable Worker select(RequestScope scope, Set<Worker> excluded) {
    if (workers.isEmpty()) {
      return null;
    }
    Predicate<Worker> candidate =
        worker -> isCandidate(worker, scope) && !excluded.contains(worker);
    Worker worker = selection.select(workers, candidate.and(Worker::takesItsTurn));
    return worker == null ? selection.select(workers, candidate) : worker;
  }

  /**
   * Leases a live worker that the request has not lost yet and whose breaker lets a call through.
   * Breakers only take a worker out while another is left: if none of them lets a call through, the
   * workers are used as if there were no breakers. Null if there is no such worker.
   */
  @Nullable Worker lease(Exchange exchange, RequestScope scope) {
    Set<Worker> refused = Set.of();
    while (true) {
      Worker worker = select(scope, refused);
      if (worker == null) {
        break;
      }
      if (worker.breaker().tryAcquirePermission()) {
        Lease.takePermitted(worker, exchange);
        return worker;
      }
      refused = new HashSet<>(refused);
      refused.add(worker);
    }
    Worker worker = select(scope, Set.of());
    if (worker != null) {
      Lease.take(worker, exchange);
    }
    return worker;
  }

  @Override
  public void addProcessor(AsyncProcessor child) {
    if (doGetProcessors().length > 0) {
      throw new IllegalStateException(
          "children of the %s pool: more than one (expected: the pool in one loadBalance, with one step)"
              .formatted(stage.label()));
    }
    super.addProcessor(child);
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    new PooledCall(this, budget, exchange, callback, doGetProcessors()[0]).start();
    return false;
  }

  /** Whether there is a live worker that the request has not lost. */
  boolean hasCandidate(RequestScope scope) {
    return workers.stream().anyMatch(worker -> isCandidate(worker, scope));
  }

  /** Calls under way to all of the workers. */
  int inFlight() {
    return workers.stream().mapToInt(Worker::inFlight).sum();
  }

  /** What a request gets for which there is no worker. */
  OpenAiException unavailable() {
    String message =
        workers.isEmpty()
            ? "no %s worker: router.%s.urls is empty".formatted(stage.label(), stage.label())
            : "no live %s worker among the %d of router.%s.urls"
                .formatted(stage.label(), workers.size(), stage.label());
    return OpenAiException.of(
            503, new OpenAiError(message, "server_error", null, "worker_unavailable"))
        .withHeader("Retry-After", "1");
  }

  @Override
  public String toString() {
    return stage.label() + workers;
  }
}
