package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models, profiles, and what is not there. */
final class OtherEndpointsTest {
  @RegisterExtension private static final Cluster cluster = Cluster.shared(2, 2, 2);

  @Test
  void listsTheModelsOfADecodeWorkerAsItSaysThem() {
    RawResponse response = cluster.router().get("/v1/models");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-type")).isEqualTo("application/json");
    assertThat(response.text()).isEqualTo(Scripts.MODEL_LIST);
    assertThat(response.header("content-length"))
        .isEqualTo("" + Scripts.MODEL_LIST.getBytes(StandardCharsets.UTF_8).length);
    assertThat(cluster.encode().requestsTo("/v1/models")).isEmpty();
    assertThat(cluster.prefill().requestsTo("/v1/models")).isEmpty();
  }

  @Test
  void listsTheModelsOfAnotherWorkerIfOneIsDown() {
    try (Cluster two = Cluster.start(0, 0, 2)) {
      two.decode(0).close();

      for (int i = 0; i < 4; i++) {
        RawResponse response = two.router().get("/v1/models");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text()).isEqualTo(Scripts.MODEL_LIST);
      }
    }
  }

  @Test
  void saysSoWhenNoDecodeWorkerIsThere() {
    try (Cluster one = Cluster.start(0, 0, 1)) {
      one.decode().close();

      RawResponse response = one.router().get("/v1/models");

      assertThat(response.status()).isIn(502, 503);
      assertThat(response.json().get("error").get("code").isTextual()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/start_profile", "/stop_profile"})
  void profilesEveryWorkerOfEveryStage(String endpoint) {
    byte[] body = "{ \"a\":1.0 }".getBytes(StandardCharsets.UTF_8);

    RawResponse response = cluster.router().post(endpoint, body);

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.json().fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("encode", "prefill", "decode");
    for (ScriptedWorker worker : cluster.workers()) {
      assertThat(worker.requestsTo(endpoint)).hasSize(1);
      ReceivedRequest request = worker.requestsTo(endpoint).get(0);
      assertThat(request.method()).isEqualTo("POST");
      assertThat(request.body()).isEqualTo(body);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/start_profile", "/stop_profile"})
  void passesAnEmptyProfileBodyOn(String endpoint) {
    RawResponse response = cluster.router().post(endpoint, new byte[0]);

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.workers())
        .allSatisfy(
            w -> {
              assertThat(w.requestsTo(endpoint)).hasSize(1);
              assertThat(w.requestsTo(endpoint).get(0).body()).isEmpty();
            });
  }

  @Test
  void takesAProfileRequestWithoutAnyFraming() {
    RawResponse response = cluster.router().send(Requests.head("POST /start_profile HTTP/1.1"));

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.decode().requestsTo("/start_profile")).hasSize(1);
  }

  @Test
  void profilesWhereProfilingIsOn() {
    cluster.stage("encode").forEach(w -> w.on("/start_profile", Scripts.NOT_FOUND));
    cluster.stage("prefill").forEach(w -> w.on("/start_profile", Scripts.NOT_FOUND));
    cluster.decode(0).on("/start_profile", Scripts.NOT_FOUND);

    RawResponse response = cluster.router().post("/start_profile", new byte[0]);

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.workers())
        .allSatisfy(w -> assertThat(w.requestsTo("/start_profile")).hasSize(1));
  }

  @Test
  void cannotProfileWhenItIsOffEverywhere() {
    cluster.workers().forEach(w -> w.on("/start_profile", Scripts.NOT_FOUND));

    RawResponse response = cluster.router().post("/start_profile", new byte[0]);

    assertThat(response.status()).isEqualTo(503);
  }

  @Test
  void profilesTheOthersWhenAWorkerIsDown() {
    try (Cluster two = Cluster.start(1, 0, 2)) {
      two.decode(0).close();

      RawResponse response = two.router().post("/start_profile", new byte[0]);

      assertThat(response.status()).isEqualTo(200);
      assertThat(two.decode(1).requestsTo("/start_profile")).hasSize(1);
      assertThat(two.encode().requestsTo("/start_profile")).hasSize(1);
    }
  }

  @Test
  void answersAGetOfTheChatEndpointWith405() {
    RawResponse response = cluster.router().get("/v1/chat/completions");

    assertThat(response.status()).isEqualTo(405);
    assertThat(response.header("allow")).contains("POST");
    assertError(response, "method_not_allowed");
  }

  @ParameterizedTest
  @MethodSource("wrongMethods")
  void answersAWrongMethodWith405(String method, String target, String allowed) {
    RawResponse response =
        cluster.router().send(Requests.head(method + " " + target + " HTTP/1.1"));

    assertThat(response.status()).isEqualTo(405);
    assertThat(response.header("allow")).contains(allowed);
    assertError(response, "method_not_allowed");
    assertThat(cluster.chats()).isEmpty();
  }

  static Stream<Arguments> wrongMethods() {
    return Stream.of(
        Arguments.of("PUT", "/v1/chat/completions", "POST"),
        Arguments.of("DELETE", "/v1/chat/completions", "POST"),
        Arguments.of("PATCH", "/v1/chat/completions", "POST"),
        Arguments.of("GET", "/start_profile", "POST"),
        Arguments.of("GET", "/stop_profile", "POST"),
        Arguments.of("POST", "/health", "GET"),
        Arguments.of("POST", "/v1/models", "GET"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1",
        "/v1/",
        "/v1/completions",
        "/v1/embeddings",
        "/v1/chat/completions/x",
        "/v1/chat/completionsx",
        "/v1/chat",
        "/V1/chat/completions",
        "/v1/models/m",
        "/health/x",
        "/sleep",
        "/wake_up",
        "/is_sleeping",
        "/collective_rpc",
        "/pooling",
        "/invocations",
        "/score",
        "/rerank",
        "/classify",
        "/tokenize",
        "/detokenize",
        "/pause",
        "/resume",
        "/update_weights",
        "/reset_prefix_cache",
        "/reset_mm_cache",
        "/server_info",
        "/metrics",
        "/docs",
        "/openapi.json",
        "/actuator",
        "/observe/health",
        "/q/dev",
        "/hawtio",
        "/jolokia"
      })
  void answersAnythingElseWith404(String target) {
    for (RawResponse response :
        new RawResponse[] {
          cluster.router().get(target),
          cluster.router().post(target, Requests.text().getBytes(StandardCharsets.UTF_8))
        }) {
      assertThat(response.status()).isEqualTo(404);
      assertError(response, "not_found");
    }
    assertThat(cluster.chats()).isEmpty();
    assertThat(cluster.workers()).allSatisfy(w -> assertThat(w.requestsTo(target)).isEmpty());
  }

  private static void assertError(RawResponse response, String code) {
    assertThat(response.header("content-type")).startsWith("application/json");
    assertThat(response.header("content-length")).isNotNull();
    assertThat(response.json().fieldNames()).toIterable().containsExactly("error");
    assertThat(response.json().get("error").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("message", "type", "param", "code");
    assertThat(response.json().get("error").get("code").textValue()).isEqualTo(code);
    assertThat(response.json().get("error").get("type").textValue())
        .isEqualTo("invalid_request_error");
    assertThat(response.json().get("error").get("message").textValue()).isNotBlank();
  }
}
