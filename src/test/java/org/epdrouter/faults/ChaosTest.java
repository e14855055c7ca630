package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.epdrouter.faults.ChaosClient.Outcome;
import org.epdrouter.simulator.Behaviour;
import org.epdrouter.simulator.OnBreach;
import org.epdrouter.simulator.Role;
import org.epdrouter.simulator.Timing;
import org.epdrouter.simulator.WorkerState;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything goes wrong at once, at random: afterwards every request has had a correct outcome and
 * nothing is left of any of them. {@code -Dchaos.seed} and {@code -Dchaos.seconds} repeat a run.
 */
final class ChaosTest {
  private static final int CLIENTS = 12;
  private static final long SEED = Long.getLong("chaos.seed", System.nanoTime());
  private static final long SECONDS = Long.getLong("chaos.seconds", 12);

  @TempDir private Path storage;

  @Test
  void servesOrRefusesEveryRequestAndKeepsNothing() throws Exception {
    List<MortalWorker> workers = new ArrayList<>();
    try {
      for (Role role : List.of(Role.ENCODE, Role.PREFILL, Role.DECODE)) {
        IntStream.range(0, 2)
            .forEach(i -> workers.add(new MortalWorker(role, storage, behaviour())));
      }
      try (RouterUnderTest router = router(workers)) {
        String summary = "seed " + SEED + ": " + rage(router, workers);

        assertThat(summary).contains("STREAMED", "ANSWERED", "LEFT", "REFUSED", "BROKEN_STREAM");
        assertThat(workers.stream().mapToInt(MortalWorker::deaths).sum()).isPositive();
        assertNothingIsLeft(router, workers, summary);
        assertEverythingIsServed(router, summary);
        assertNothingIsLeft(router, workers, summary);
      }
    } finally {
      workers.forEach(MortalWorker::close);
    }
  }

  private static Map<Outcome, Integer> rage(RouterUnderTest router, List<MortalWorker> workers)
      throws Exception {
    System.out.println("chaos.seed=" + SEED);
    Random random = new Random(SEED);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    ScheduledExecutorService fate = Executors.newSingleThreadScheduledExecutor();
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try {
      fate.scheduleAtFixedRate(
          () -> workers.get(random.nextInt(workers.size())).suffer(random),
          100,
          100,
          TimeUnit.MILLISECONDS);
      List<Future<Map<Outcome, Integer>>> clients =
          IntStream.range(0, CLIENTS)
              .mapToObj(i -> new ChaosClient(router.port(), i, SEED))
              .map(client -> threads.submit(() -> client.run(end)))
              .toList();
      Map<Outcome, Integer> all = new EnumMap<>(Outcome.class);
      for (Future<Map<Outcome, Integer>> client : clients) {
        client.get().forEach((outcome, count) -> all.merge(outcome, count, Integer::sum));
      }
      return all;
    } finally {
      threads.shutdownNow();
      fate.shutdownNow();
      fate.awaitTermination(10, TimeUnit.SECONDS);
      workers.forEach(MortalWorker::heal);
    }
  }

  private static void assertNothingIsLeft(
      RouterUnderTest router, List<MortalWorker> workers, String summary) {
    Eventually.asserts(
        () -> {
          assertThat(router.inFlight()).as(summary).isZero();
          assertThat(router.admission().openRequests()).as(summary).isZero();
          assertThat(router.admission().bodyMemory()).as(summary).isZero();
        });
    for (MortalWorker worker : workers) {
      Eventually.asserts(
          () -> {
            WorkerState state = worker.state();
            assertThat(state.running()).as("%s %s", summary, state).isZero();
            assertThat(state.waiting()).as("%s %s", summary, state).isZero();
            assertThat(state.kvBlocksHeld()).as("%s %s", summary, state).isZero();
            assertThat(state.openConnections()).as("%s %s", summary, state).isZero();
          });
      assertThat(worker.paramsAltered()).as(summary).isZero();
    }
  }

  private static void assertEverythingIsServed(RouterUnderTest router, String summary) {
    Eventually.holds(
        "all workers alive",
        () ->
            Stream.of("encode", "prefill", "decode")
                .flatMap(stage -> router.pool(stage).workers().stream())
                .allMatch(worker -> worker.isAlive()));
    for (int i = 0; i < 60; i++) {
      String stream = "\"stream\":" + (i % 2 == 0);

      RawResponse response = router.post(Requests.images(i % 3, stream));

      assertThat(response.status()).as("%s %s", summary, response).isEqualTo(200);
      assertThat(response.isComplete()).as("%s %s", summary, response).isTrue();
    }
  }

  private static RouterUnderTest router(List<MortalWorker> workers) {
    String[] urls = workers.stream().map(MortalWorker::url).toArray(String[]::new);
    return RouterUnderTest.builder()
        .encode(urls[0], urls[1])
        .prefill(urls[2], urls[3])
        .decode(urls[4], urls[5])
        .with("router.connect-timeout", "500ms")
        .with("router.encode.timeout", "1s")
        .with("router.prefill.timeout", "1s")
        .with("router.decode.first-byte-timeout", "1s")
        .with("router.decode.idle-timeout", "500ms")
        .with("router.request-timeout", "6s")
        .with("router.worker-keep-alive", "300ms")
        .with("router.health.interval", "600ms")
        .with("router.health.timeout", "300ms")
        .with("router.breaker.open", "300ms")
        .start();
  }

  private static Behaviour behaviour() {
    Duration few = Duration.ofMillis(10);
    return Behaviour.builder()
        .timing(new Timing(few, few, few, Duration.ofMillis(5)))
        .missingKv(OnBreach.RECOMPUTE)
        .kvLease(Duration.ofSeconds(2))
        .build();
  }
}
