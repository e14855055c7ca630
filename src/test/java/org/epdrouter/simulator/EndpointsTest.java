package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndpointsTest {
  private Simulator simulator = start(Behaviour.builder());

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void isHealthyWithAnEmptyBody() {
    HttpResponse<String> answer = TestClient.get(url("/health"));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void listsItsModel() {
    JsonNode answer = TestClient.json(TestClient.get(url("/v1/models")));

    JsonNode card = answer.at("/data/0");
    assertThat(answer.get("object").asText()).isEqualTo("list");
    assertThat(card.get("id").asText()).isEqualTo(SimulatorSettings.DEFAULT_MODEL);
    assertThat(card.get("root").asText()).isEqualTo(SimulatorSettings.DEFAULT_MODEL);
    assertThat(card.get("owned_by").asText()).isEqualTo("vllm");
    assertThat(card.get("max_model_len").asInt()).isPositive();
    assertThat(card.get("parent").isNull()).isTrue();
    assertThat(card.get("created").isIntegralNumber()).isTrue();
    assertThat(card.get("permission")).hasSize(1);
  }

  @Test
  void profiles() {
    HttpResponse<String> started = TestClient.post(url("/start_profile"), "");
    HttpResponse<String> stopped = TestClient.post(url("/stop_profile"), "{}");

    assertThat(started.statusCode()).isEqualTo(200);
    assertThat(started.body()).isEmpty();
    assertThat(stopped.statusCode()).isEqualTo(200);
    assertThat(worker().state().profileStarts()).isEqualTo(1);
    assertThat(worker().state().profileStops()).isEqualTo(1);
  }

  @Test
  void hasNoProfileEndpointsWhenProfilingIsOff() {
    restart(Behaviour.builder().profiling(false));

    assertThat(TestClient.post(url("/start_profile"), "").statusCode()).isEqualTo(404);
    assertThat(TestClient.post(url("/stop_profile"), "").statusCode()).isEqualTo(404);
  }

  @Test
  void answersOtherMethodsAndPathsAsFastApi() {
    HttpResponse<String> get = TestClient.get(url("/v1/chat/completions"));
    HttpResponse<String> unknown = TestClient.get(url("/v1/embeddings"));

    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("allow")).hasValue("POST");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).isEqualTo("{\"detail\":\"Not Found\"}");
  }

  @Test
  void ignoresTheQuery() {
    assertThat(TestClient.get(url("/health?x=1")).statusCode()).isEqualTo(200);
  }

  @Test
  void answersErrorsInVllmsForm() {
    String unknown = "{\"model\":\"gpt\",\"messages\":[]}";

    HttpResponse<String> answer = TestClient.chat(worker(), unknown);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body())
        .isEqualTo(
            "{\"error\":{\"message\":\"The model `gpt` does not"
                + " exist.\",\"type\":\"NotFoundError\",\"param\":\"model\",\"code\":404}}");
    assertThat(TestClient.chat(worker(), "{").statusCode()).isEqualTo(400);
    assertThat(worker().state().failed()).isEqualTo(2);
  }

  @Test
  void guardsV1WithTheApiKey() {
    restart(Behaviour.builder().apiKey("secret"));
    String body = Bodies.chat(Bodies.text("hi"));

    HttpResponse<String> without = TestClient.chat(worker(), body);
    HttpResponse<String> wrong = TestClient.chat(worker(), body, "authorization", "Bearer secre");
    HttpResponse<String> right = TestClient.chat(worker(), body, "authorization", "Bearer secret");

    assertThat(without.statusCode()).isEqualTo(401);
    assertThat(without.body()).isEqualTo("{\"error\":\"Unauthorized\"}");
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(right.statusCode()).isEqualTo(200);
    assertThat(TestClient.get(url("/health")).statusCode()).isEqualTo(200);
  }

  @Test
  void makesUpARequestIdWhenThereIsNone() {
    HttpResponse<String> answer = TestClient.chat(worker(), Bodies.chat(Bodies.text("hi")));

    String id = answer.headers().firstValue("x-request-id").orElseThrow();
    assertThat(TestClient.json(answer).get("id").asText()).isEqualTo("chatcmpl-" + id);
  }

  @Test
  void returnsNoRequestIdHeaderWhenTold() {
    restart(Behaviour.builder().requestIdHeaders(false));

    HttpResponse<String> answer =
        TestClient.chat(worker(), Bodies.chat(Bodies.text("hi")), "x-request-id", "abc");

    assertThat(answer.headers().firstValue("x-request-id")).isEmpty();
    assertThat(TestClient.json(answer).get("id").asText()).isEqualTo("chatcmpl-abc");
  }

  @Test
  void showsItsState() {
    TestClient.chat(
        worker(), Bodies.chat(Bodies.text("hi")), "x-request-id", "r1", "traceparent", "00-a-b-01");
    TestClient.get(url("/health"));
    TestClient.get(url("/nowhere"));

    JsonNode state = TestClient.json(TestClient.get(url("/sim/state")));

    assertThat(state.get("role").asText()).isEqualTo("decode");
    assertThat(state.get("url").asText()).isEqualTo(worker().url());
    assertThat(state.at("/requests/POST ~1v1~1chat~1completions").asInt()).isEqualTo(1);
    assertThat(state.get("requestIds").get(0).asText()).isEqualTo("r1");
    assertThat(state.get("traceparents").get(0).asText()).isEqualTo("00-a-b-01");
    assertThat(state.get("completed").asInt()).isEqualTo(1);
    assertThat(worker().state().requests())
        .isEqualTo(Map.of("POST /v1/chat/completions", 1L, "GET /health", 1L, "other", 1L));
    assertThat(worker().state().chats()).isEqualTo(1);
  }

  @Test
  void remembersTheLastHundredRequestIds() {
    for (int i = 0; i < 103; i++) {
      TestClient.chat(worker(), "{", "x-request-id", "r" + i);
    }

    assertThat(worker().state().requestIds()).hasSize(100).startsWith("r3").endsWith("r102");
  }

  @Test
  void resetsCountersCachesAndBlocks() {
    simulator.close();
    simulator = Simulator.start(SimulatorSettings.of(1, 1, 0));
    SimulatedWorker encode = simulator.workers(Role.ENCODE).get(0);
    SimulatedWorker prefill = simulator.workers(Role.PREFILL).get(0);
    TestClient.chat(encode, Bodies.encode(Bodies.CAT));
    TestClient.chat(prefill, Bodies.prefill(Bodies.CAT));

    TestClient.post(encode.url() + "/sim/reset", "");
    TestClient.post(prefill.url() + "/sim/reset", "");

    assertThat(encode.state().items()).isEmpty();
    assertThat(encode.state().requests()).isEmpty();
    assertThat(prefill.state().kvBlocksHeld()).isZero();
    assertThat(prefill.state().completed()).isZero();
    assertThat(TestClient.chat(prefill, Bodies.prefill(Bodies.CAT)).statusCode()).isEqualTo(400);
  }

  private String url(String path) {
    return worker().url() + path;
  }

  private SimulatedWorker worker() {
    return simulator.workers().get(0);
  }

  private void restart(Behaviour.Builder behaviour) {
    simulator.close();
    simulator = start(behaviour);
  }

  private static Simulator start(Behaviour.Builder behaviour) {
    return Simulator.start(SimulatorSettings.of(0, 0, 1).withBehaviour(behaviour.build()));
  }
}
