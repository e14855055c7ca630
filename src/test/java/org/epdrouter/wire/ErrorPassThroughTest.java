package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * F12: a worker's error is the client's answer, Retry-After and all, whatever stage it came from.
 */
final class ErrorPassThroughTest {
  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = Cluster.start(1, 1, 1);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @ParameterizedTest(name = "{1} of {0}, streamed: {2}")
  @MethodSource("errors")
  void keepsStatusBodyAndContentType(String stage, int status, boolean streamed) {
    ScriptedWorker worker = cluster.stage(stage).get(0);
    worker.onChat(Scripts.error(status, "Retry-After: 7"));

    RawResponse response = cluster.router().post(body(streamed));

    assertThat(response.status()).isEqualTo(status);
    assertThat(response.text()).isEqualTo(Scripts.errorBody(status));
    assertThat(response.header("content-type")).isEqualTo("application/json");
    assertThat(response.header("retry-after")).isEqualTo("7");
    assertThat(response.isComplete()).isTrue();
  }

  static Stream<Arguments> errors() {
    return Stream.of("encode", "prefill", "decode")
        .flatMap(
            stage ->
                Stream.of(400, 401, 404, 422, 429, 500, 503)
                    .flatMap(
                        status ->
                            Stream.of(true, false)
                                .map(streamed -> Arguments.of(stage, status, streamed))));
  }

  @Test
  void keepsAnErrorThatIsNotAnObject() {
    cluster.prefill().onChat((request, to) -> to.json(401, "{\"error\":\"Unauthorized\"}"));

    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.status()).isEqualTo(401);
    assertThat(response.text()).isEqualTo("{\"error\":\"Unauthorized\"}");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keepsAChunkedError(boolean streamed) {
    cluster
        .decode()
        .onChat(
            (request, to) ->
                to.head(
                        "400 Bad Request",
                        "content-type: application/json",
                        "transfer-encoding: chunked")
                    .chunk("{\"error\":")
                    .chunk("{}}")
                    .endChunks());

    RawResponse response = cluster.router().post(body(streamed));

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.text()).isEqualTo("{\"error\":{}}");
  }

  @Test
  void sendsNothingToLaterStagesWhenEncodeFails() {
    cluster.encode().onChat(Scripts.error(400));
    String id = RouterUnderTest.newId();

    RawResponse response = cluster.router().post(Requests.images(3), "X-Request-Id: " + id);
    cluster.sentinel();

    assertThat(response.status()).isEqualTo(400);
    assertThat(cluster.prefill().chatsOf(id)).isEmpty();
    assertThat(cluster.decode().chatsOf(id)).isEmpty();
  }

  @Test
  void sendsNothingToDecodeWhenPrefillFails() {
    cluster.prefill().onChat(Scripts.error(400));
    String id = RouterUnderTest.newId();

    cluster.router().post(Requests.text(), "X-Request-Id: " + id);
    assertThat(cluster.prefill().chatsOf(id)).isNotEmpty();
    cluster.prefill().reset();
    cluster.sentinel();

    assertThat(cluster.decode().chatsOf(id)).isEmpty();
  }

  @Test
  void cancelsTheSiblingsOfAFailedItemAtOnce() {
    String id = RouterUnderTest.newId();
    cluster
        .encode()
        .onChat(
            (request, to) -> {
              if (request.requestId().startsWith(id + ":2:")) {
                // Only when its siblings are there as well.
                Eventually.holds("four items", () -> cluster.encode().chatsOf(id).size() == 4);
                Scripts.error(422).answer(request, to);
              } else {
                to.stall();
              }
            });

    RawResponse response = cluster.router().post(Requests.images(4), "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(422);
    List<ReceivedRequest> siblings =
        cluster.encodesOf(id).stream().filter(r -> !r.requestId().startsWith(id + ":2:")).toList();
    assertThat(siblings).hasSize(3).allSatisfy(r -> assertThat(r.awaitDisconnect()).isPositive());
    assertThat(cluster.prefill().chatsOf(id)).isEmpty();
  }

  @Test
  void leavesTheClientsConnectionUsable() {
    cluster.decode().onChat(Scripts.error(400));
    try (var client = cluster.router().connect()) {
      assertThat(client.post(Requests.text()).read().status()).isEqualTo(400);
      cluster.decode().reset();
      assertThat(client.post(Requests.text()).read().status()).isEqualTo(200);
    }
  }

  private static String body(boolean streamed) {
    return Requests.images(1, "\"stream\":" + streamed);
  }
}
