package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.Script;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H1 to H6: what is tried again, where, with what, and how often. */
final class RetryTest {

  @ParameterizedTest(name = "{0} at {1}")
  @MethodSource("losses")
  void triesAnotherWorkerWithTheSameBody(Script loss, String stage) {
    try (Cluster cluster = cluster(2)) {
      cluster.stage(stage).forEach(worker -> worker.onChat(firstOnly(loss, cluster, stage)));
      String id = RouterUnderTest.newId();

      RawResponse response =
          cluster.router().post(Requests.images(1, "\"x\":1e400"), "X-Request-Id: " + id);

      assertThat(response.status()).as("%s", response).isEqualTo(200);
      List<ReceivedRequest> tries = triesOf(cluster, stage, id);
      assertThat(tries).hasSize(2);
      assertThat(cluster.stage(stage))
          .allSatisfy(worker -> assertThat(worker.chatsOf(id)).hasSize(1));
      assertThat(tries.get(1).body()).isEqualTo(tries.get(0).body());
    }
  }

  static Stream<Arguments> losses() {
    List<Named<Script>> deaths =
        List.of(Named.of("reset", Scripts.RESET), Named.of("closed", Scripts.CLOSE));
    List<Named<Script>> answers =
        Stream.of(502, 503, 504)
            .map(status -> Named.of("answer " + status, Scripts.error(status)))
            .toList();
    return Stream.concat(
        Stream.of("encode", "prefill", "decode")
            .flatMap(stage -> deaths.stream().map(death -> Arguments.of(death, stage))),
        Stream.of("encode", "prefill")
            .flatMap(stage -> answers.stream().map(answer -> Arguments.of(answer, stage))));
  }

  @Test
  void repeatsPrefillForADecodeWorkerThatWasLost() {
    try (Cluster cluster = cluster(2)) {
      AtomicInteger prefills = new AtomicInteger();
      for (int i = 0; i < 2; i++) {
        cluster
            .prefill(i)
            .onChat(
                (request, to) ->
                    Scripts.prefillWith("{\"take\":" + prefills.incrementAndGet() + "}")
                        .answer(request, to));
        cluster.decode(i).onChat(firstOnly(Scripts.RESET, cluster, "decode"));
      }
      String id = RouterUnderTest.newId();

      RawResponse response = cluster.router().post(Requests.images(1), "X-Request-Id: " + id);

      assertThat(response.status()).isEqualTo(200);
      assertThat(cluster.encodesOf(id)).hasSize(1);
      assertThat(triesOf(cluster, "decode", id))
          .extracting(request -> request.json().get("kv_transfer_params").get("take").intValue())
          .containsExactly(1, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 408, 409, 422, 429, 500, 502, 503, 504})
  void passesDecodesErrorsOn(int status) {
    try (Cluster cluster = cluster(2)) {
      cluster.stage("decode").forEach(worker -> worker.onChat(Scripts.error(status)));
      String id = RouterUnderTest.newId();

      RawResponse response = cluster.router().post(Requests.text(), "X-Request-Id: " + id);

      assertThat(response.status()).isEqualTo(status);
      assertThat(triesOf(cluster, "decode", id)).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 429, 500})
  void passesErrorsOfOtherStagesOnThatARepeatWouldNotHelp(int status) {
    for (String stage : List.of("encode", "prefill")) {
      try (Cluster cluster = cluster(2)) {
        cluster.stage(stage).forEach(worker -> worker.onChat(Scripts.error(status)));
        String id = RouterUnderTest.newId();

        RawResponse response = cluster.router().post(Requests.images(1), "X-Request-Id: " + id);

        assertThat(response.status()).isEqualTo(status);
        assertThat(triesOf(cluster, stage, id)).hasSize(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"encode", "prefill", "decode"})
  void neverRepeatsACallAfterAByteOfItsAnswer(String stage) {
    try (Cluster cluster = cluster(2)) {
      cluster.stage(stage).forEach(worker -> worker.onChat((request, to) -> to.write("H").close()));
      String id = RouterUnderTest.newId();

      RawResponse response = cluster.router().post(Requests.images(1), "X-Request-Id: " + id);

      assertThat(response.status()).isEqualTo(502);
      assertThat(triesOf(cluster, stage, id)).hasSize(1);
    }
  }

  @Test
  void givesUpWhenEveryWorkerWasLost() {
    try (Cluster cluster = cluster(3)) {
      cluster.stage("decode").forEach(worker -> worker.onChat(Scripts.RESET));
      String id = RouterUnderTest.newId();

      RawResponse response = cluster.router().post(Requests.text(), "X-Request-Id: " + id);

      assertThat(response.status()).isEqualTo(502);
      assertThat(cluster.stage("decode"))
          .allSatisfy(worker -> assertThat(worker.chatsOf(id)).hasSize(1));
    }
  }

  @Test
  void doesNotDoubleTheLoadWhenAllCallsAreLost() {
    int calls = 40;
    try (Cluster cluster = Cluster.start(0, 1, 2, "router.health.interval", "off")) {
      AtomicInteger arrived = new AtomicInteger();
      CountDownLatch all = new CountDownLatch(calls);
      CountDownLatch end = new CountDownLatch(1);
      Script script =
          (request, to) -> {
            if (arrived.incrementAndGet() <= calls) {
              all.countDown();
              to.await(all).reset();
            } else {
              to.await(end).json(200, Scripts.COMPLETION);
            }
          };
      cluster.stage("decode").forEach(worker -> worker.onChat(script));
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        clients.add(cluster.router().connect().post(Requests.text()));
      }

      // Those that are not tried again are answered; the others wait for the end.
      Eventually.holds(
          "all decided",
          () -> cluster.router().admission().openRequests() == arrived.get() - calls);
      int again = arrived.get() - calls;
      end.countDown();

      assertThat(again).isBetween(1, calls / 5);
      assertThat(clients.stream().map(client -> client.read().status()).toList())
          .containsOnly(200, 502)
          .filteredOn(status -> status == 200)
          .hasSize(again);
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void countsASecondTryOfDecodeUntilItEnds() {
    try (Cluster cluster = Cluster.start(0, 1, 2, "router.health.interval", "off")) {
      CountDownLatch end = new CountDownLatch(1);
      List<String> seen = java.util.Collections.synchronizedList(new ArrayList<>());
      Script script =
          (request, to) -> {
            boolean second;
            synchronized (seen) {
              second = seen.contains(request.requestId());
              seen.add(request.requestId());
            }
            if (second) {
              // Closed, so that the last request does not lose an idle connection, which is free.
              to.await(end).json(200, Scripts.COMPLETION).close();
            } else {
              to.reset();
            }
          };
      cluster.stage("decode").forEach(worker -> worker.onChat(script));
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int expected = 2 * (i + 1);
        clients.add(cluster.router().connect().post(Requests.text()));
        Eventually.holds("second try", () -> seen.size() == expected);
      }

      RawResponse fourth = cluster.router().post(Requests.text());
      end.countDown();

      assertThat(fourth.status()).isEqualTo(502);
      assertThat(clients).allSatisfy(client -> assertThat(client.read().status()).isEqualTo(200));
      assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
      clients.forEach(RawClient::close);
    }
  }

  private static Cluster cluster(int workers) {
    return Cluster.start(workers, workers, workers, "router.health.interval", "off");
  }

  /** The script for the first request of the stage, the usual one for the others. */
  private static Script firstOnly(Script script, Cluster cluster, String stage) {
    Script usual = Scripts.usual(stage);
    return (request, to) -> {
      boolean first = cluster.stage(stage).stream().mapToInt(w -> w.chats().size()).sum() == 1;
      (first ? script : usual).answer(request, to);
    };
  }

  private static List<ReceivedRequest> triesOf(Cluster cluster, String stage, String id) {
    return cluster.stage(stage).stream()
        .flatMap(worker -> worker.chatsOf(id).stream())
        .sorted(java.util.Comparator.comparingLong(ReceivedRequest::arrivedNanos))
        .toList();
  }
}
