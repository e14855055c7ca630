package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.epdrouter.testing.BlackHole;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.Script;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A worker that fails before its answer has begun: one correct error at once, and nothing left
 * behind.
 */
final class UpstreamFaultTest {
  private static final List<String> STAGES = List.of("encode", "prefill", "decode");

  /** What happens without any timeout happens at once; this leaves room for a busy machine. */
  private static final Duration AT_ONCE = Duration.ofSeconds(3);

  @ParameterizedTest(name = "{0} at {1}, streamed: {2}")
  @MethodSource("faults")
  void answers502AtOnce(Script fault, String stage, boolean streamed) {
    try (Cluster cluster = patientCluster()) {
      cluster.stage(stage).get(0).onChat(fault);

      long start = System.nanoTime();
      RawResponse response = cluster.router().post(body(streamed));

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
      assertError(response, 502, "worker_failed");
      assertLaterStagesUntouched(cluster, stage);
      cluster.stage(stage).get(0).reset();
      assertThat(cluster.router().post(body(streamed)).status()).isEqualTo(200);
    }
  }

  static Stream<Arguments> faults() {
    return deaths()
        .flatMap(
            fault ->
                STAGES.stream()
                    .flatMap(
                        stage ->
                            Stream.of(true, false)
                                .map(streamed -> Arguments.of(fault, stage, streamed))));
  }

  /** F3 to F7. */
  private static Stream<Named<Script>> deaths() {
    String json = "content-type: application/json";
    return Stream.of(
        Named.of("reset before the head", Scripts.RESET),
        Named.of("closed before the head", Scripts.CLOSE),
        Named.of("reset in the status line", (request, to) -> to.write("HTTP/1.1 2").reset()),
        Named.of(
            "reset in the head",
            (request, to) -> to.write("HTTP/1.1 200 OK\r\n" + json + "\r\n").reset()),
        Named.of(
            "closed in the head",
            (request, to) -> to.write("HTTP/1.1 200 OK\r\n" + json + "\r\n").close()),
        Named.of(
            "truncated",
            (request, to) ->
                to.head("200 OK", json, "content-length: 100").write("{\"id\":").close()),
        Named.of(
            "closed before the body",
            (request, to) -> to.head("200 OK", json, "content-length: 100").close()),
        Named.of(
            "closed before the last chunk",
            (request, to) ->
                to.head("200 OK", json, "transfer-encoding: chunked").chunk("{}").close()),
        Named.of(
            "reset in the body",
            (request, to) ->
                to.head("200 OK", json, "content-length: 100").write("{\"id\":").reset()));
  }

  @ParameterizedTest(name = "{0}, streamed: {1}")
  @MethodSource("stages")
  void answersAtOnceWhenAWorkerRefuses(String stage, boolean streamed) {
    try (Cluster cluster = patientCluster()) {
      cluster.stage(stage).get(0).close();

      long start = System.nanoTime();
      RawResponse response = cluster.router().post(body(streamed));

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
      if (response.status() == 503) {
        assertError(response, 503, "worker_unavailable");
      } else {
        assertError(response, 502, "worker_failed");
      }
      assertLaterStagesUntouched(cluster, stage);
    }
  }

  @ParameterizedTest(name = "{0}, streamed: {1}")
  @MethodSource("stages")
  void answers504WhenAWorkerSaysNothing(String stage, boolean streamed) {
    try (Cluster cluster = hastyCluster()) {
      ScriptedWorker worker = cluster.stage(stage).get(0);
      worker.onChat(Scripts.STALL);

      RawResponse response = cluster.router().post(body(streamed));

      assertError(response, 504, "stage_timeout");
      assertThat(response.json().get("error").get("message").textValue())
          .contains("router." + stage);
      assertThat(worker.awaitChat(0).awaitDisconnect()).isPositive();
      assertLaterStagesUntouched(cluster, stage);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"encode", "prefill"})
  void answers504WhenAWorkerStopsInItsBody(String stage) {
    try (Cluster cluster = hastyCluster()) {
      ScriptedWorker worker = cluster.stage(stage).get(0);
      worker.onChat(
          (request, to) ->
              to.head("200 OK", "content-type: application/json", "content-length: 100")
                  .write("{")
                  .stall());

      RawResponse response = cluster.router().post(body(true));

      assertError(response, 504, "stage_timeout");
      assertThat(worker.awaitChat(0).awaitDisconnect()).isPositive();
      assertLaterStagesUntouched(cluster, stage);
    }
  }

  @Test
  void answers504WhenDecodeStopsInAnAnswerThatIsNoStream() {
    try (Cluster cluster = hastyCluster()) {
      cluster
          .decode()
          .onChat(
              (request, to) ->
                  to.head("200 OK", "content-type: application/json", "content-length: 100")
                      .write("{")
                      .stall());

      assertError(cluster.router().post(body(false)), 504, "stage_timeout");
      assertThat(cluster.decode().awaitChat(0).awaitDisconnect()).isPositive();
    }
  }

  @ParameterizedTest(name = "{0}, streamed: {1}")
  @MethodSource("stages")
  void answersWhenTheWholeRequestTakesTooLong(String stage, boolean streamed) {
    try (Cluster cluster = Cluster.start(1, 1, 1, "router.request-timeout", "600ms")) {
      cluster.stage(stage).get(0).onChat(Scripts.STALL);

      RawResponse response = cluster.router().post(body(streamed));

      assertThat(response.status()).isEqualTo(504);
      assertThat(response.json().get("error").get("message").textValue())
          .contains("router.request-timeout");
      assertThat(cluster.stage(stage).get(0).awaitChat(0).awaitDisconnect()).isPositive();
      assertLaterStagesUntouched(cluster, stage);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"encode", "prefill", "decode"})
  void answersWhenConnectingTakesTooLong(String stage) {
    try (BlackHole hole = new BlackHole();
        ScriptedWorker encode = ScriptedWorker.encode();
        ScriptedWorker prefill = ScriptedWorker.prefill();
        ScriptedWorker decode = ScriptedWorker.decode();
        RouterUnderTest router =
            RouterUnderTest.builder()
                .encode(stage.equals("encode") ? hole.url() : encode.url())
                .prefill(stage.equals("prefill") ? hole.url() : prefill.url())
                .decode(stage.equals("decode") ? hole.url() : decode.url())
                .with("router.connect-timeout", "400ms")
                .start()) {
      long start = System.nanoTime();
      RawResponse response = router.post(body(true));

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
      assertThat(response.status()).isIn(502, 503, 504);
      assertThat(response.json().get("error").get("code").isTextual()).isTrue();
      assertThat(decode.chats()).isEmpty();
    }
  }

  @Test
  void answersWhenAWorkersNameDoesNotResolve() {
    try (RouterUnderTest router =
        RouterUnderTest.builder().decode("http://no-such-host.invalid:8000").start()) {
      RawResponse response = router.post(Requests.text());

      assertThat(response.status()).isIn(502, 503, 504);
      assertThat(response.json().get("error").get("code").isTextual()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>Bad</html>",
        "",
        "[]",
        "null",
        "{\"kv_transfer_params\":",
        "{\"kv_transfer_params\":{}} x"
      })
  void answers502WhenPrefillsAnswerIsNoJsonObject(String answer) {
    try (Cluster cluster = patientCluster()) {
      cluster.prefill().onChat((request, to) -> to.json(200, answer));

      assertError(cluster.router().post(body(true)), 502, "worker_failed");
      assertLaterStagesUntouched(cluster, "prefill");
    }
  }

  @Test
  void answers502WhenPrefillsAnswerIsTooLong() {
    try (Cluster cluster = Cluster.start(0, 1, 1, "router.max-answer", "100KB")) {
      cluster
          .prefill()
          .onChat((request, to) -> to.json(200, "{\"x\":\"" + "y".repeat(200_000) + "\"}"));

      assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(502);
      assertLaterStagesUntouched(cluster, "prefill");
    }
  }

  @Test
  void passesWhatDecodeSaysWhateverItIs() {
    try (Cluster cluster = patientCluster()) {
      byte[] page = "<html>Sorry</html>".getBytes(StandardCharsets.UTF_8);
      cluster.decode().onChat((request, to) -> to.answer("200 OK", "text/html", page));

      RawResponse response = cluster.router().post(body(true));

      assertThat(response.status()).isEqualTo(200);
      assertThat(response.header("content-type")).isEqualTo("text/html");
      assertThat(response.body()).isEqualTo(page);
    }
  }

  @ParameterizedTest(name = "{0}, streamed: {1}")
  @MethodSource("stages")
  void followsNoRedirect(String stage, boolean streamed) {
    try (Cluster cluster = patientCluster();
        ScriptedWorker elsewhere = ScriptedWorker.decode()) {
      cluster
          .stage(stage)
          .get(0)
          .onChat(
              (request, to) ->
                  to.head(
                      "307 Temporary Redirect",
                      "location: " + elsewhere.url() + "/v1/chat/completions",
                      "content-length: 0"));

      RawResponse response = cluster.router().post(body(streamed));

      assertThat(response.status()).isIn(307, 502);
      assertThat(elsewhere.connections()).isZero();
      assertLaterStagesUntouched(cluster, stage);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"encode", "prefill", "decode"})
  void leavesOtherRequestsAlone(String stage) {
    try (Cluster cluster = patientCluster()) {
      String doomed = RouterUnderTest.newId();
      ScriptedWorker worker = cluster.stage(stage).get(0);
      java.util.concurrent.CountDownLatch failed = new java.util.concurrent.CountDownLatch(1);
      cluster
          .decode()
          .onChat(
              (request, to) ->
                  to.startEvents().event("1").await(failed).event("[DONE]").endChunks());
      try (RawClient other = cluster.router().connect()) {
        RawResponse head = other.post(body(true)).readHead();
        other.readChunk();
        worker.onChat(
            (request, to) -> {
              assertThat(request.requestId()).startsWith(doomed);
              to.reset();
            });

        RawResponse response = cluster.router().post(body(true), "X-Request-Id: " + doomed);
        failed.countDown();

        assertThat(response.status()).isEqualTo(502);
        assertThat(head.status()).isEqualTo(200);
        assertThat(other.readChunk().orElseThrow().text()).isEqualTo("data: [DONE]\n\n");
        assertThat(other.readChunk()).isEmpty();
      }
    }
  }

  @Test
  void cancelsSiblingsWhenOneOfManyItemsDies() {
    try (Cluster cluster = patientCluster()) {
      String id = RouterUnderTest.newId();
      cluster
          .encode()
          .onChat(
              (request, to) -> {
                if (request.requestId().startsWith(id + ":0:")) {
                  Eventually.holds("three items", () -> cluster.encode().chatsOf(id).size() == 3);
                  to.reset();
                } else {
                  to.stall();
                }
              });

      RawResponse response = cluster.router().post(Requests.images(3), "X-Request-Id: " + id);

      assertError(response, 502, "worker_failed");
      assertThat(cluster.encodesOf(id))
          .hasSize(3)
          .allSatisfy(r -> assertThat(r.awaitDisconnect()).isPositive());
      assertThat(cluster.prefill().chatsOf(id)).isEmpty();
    }
  }

  @Test
  void neverRepeatsARequestAfterTheFirstByteOfItsAnswer() {
    try (Cluster cluster = patientCluster()) {
      assertThat(cluster.router().post(body(true)).status()).isEqualTo(200);
      String id = RouterUnderTest.newId();
      cluster.decode().onChat((request, to) -> to.write("H").close());

      RawResponse response = cluster.router().post(body(true), "X-Request-Id: " + id);

      assertThat(response.status()).isEqualTo(502);
      assertThat(cluster.decode().chatsOf(id)).hasSize(1);
    }
  }

  static Stream<Arguments> stages() {
    return STAGES.stream()
        .flatMap(stage -> Stream.of(true, false).map(streamed -> Arguments.of(stage, streamed)));
  }

  private static Cluster patientCluster() {
    return Cluster.start(1, 1, 1);
  }

  private static Cluster hastyCluster() {
    return Cluster.start(
        1,
        1,
        1,
        "router.encode.timeout",
        "400ms",
        "router.prefill.timeout",
        "400ms",
        "router.decode.first-byte-timeout",
        "400ms",
        "router.decode.idle-timeout",
        "400ms");
  }

  private static String body(boolean streamed) {
    return Requests.images(1, "\"stream\":" + streamed);
  }

  private static void assertLaterStagesUntouched(Cluster cluster, String stage) {
    for (String later : STAGES.subList(STAGES.indexOf(stage) + 1, STAGES.size())) {
      assertThat(cluster.stage(later).get(0).chats()).as(later).isEmpty();
    }
  }

  private static void assertError(RawResponse response, int status, String code) {
    assertThat(response.status()).as("%s", response).isEqualTo(status);
    assertThat(response.header("content-type")).startsWith("application/json");
    assertThat(response.json().get("error").get("code").textValue()).isEqualTo(code);
    assertThat(response.json().get("error").get("type").textValue()).isEqualTo("server_error");
    assertThat(response.json().get("error").get("message").textValue())
        .isNotBlank()
        .doesNotContain("Exception");
    assertThat(response.isComplete()).isTrue();
  }
}
