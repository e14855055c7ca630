package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamTest {
  private static final String STREAM = "\"stream\":true";

  private Simulator simulator = start(Timing.INSTANT);

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void streamsInVllmsForm() {
    HttpResponse<String> answer =
        chat(Bodies.chat(Bodies.text("hi"), STREAM, "\"max_tokens\":3"), "x-request-id", "abc");

    List<JsonNode> chunks = TestClient.chunks(answer);
    assertThat(answer.headers().firstValue("content-type"))
        .hasValue("text/event-stream; charset=utf-8");
    assertThat(answer.headers().firstValue("transfer-encoding")).hasValue("chunked");
    assertThat(answer.headers().firstValue("server")).hasValue("uvicorn");
    assertThat(answer.headers().firstValue("date")).isPresent();
    assertThat(answer.headers().firstValue("x-request-id")).hasValue("abc");
    assertThat(answer.body()).endsWith("}\n\ndata: [DONE]\n\n");
    assertThat(chunks).hasSize(4);
    assertThat(chunks)
        .allSatisfy(
            chunk -> {
              assertThat(chunk.get("id").asText()).isEqualTo("chatcmpl-abc");
              assertThat(chunk.get("object").asText()).isEqualTo("chat.completion.chunk");
              assertThat(chunk.get("model").asText()).isEqualTo(SimulatorSettings.DEFAULT_MODEL);
            });
    assertThat(chunks.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
    assertThat(chunks.get(2).at("/choices/0/finish_reason").isNull()).isTrue();
    assertThat(chunks.get(3).at("/choices/0/finish_reason").asText()).isEqualTo("length");
    assertThat(decode().state().eventsSent()).isEqualTo(5);
  }

  @Test
  void putsEveryEventInAChunkOfItsOwn() {
    try (RawClient client = new RawClient(decode())) {
      client.sendChat(Bodies.chat(Bodies.text("hi"), STREAM, "\"max_tokens\":2"));

      client.readUntil("\r\n\r\n");
      String body = client.readUntil("\r\n0\r\n\r\n");

      assertThat(body.split("\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n"))
          .filteredOn(chunk -> !chunk.isBlank() && !chunk.equals("\r\n"))
          .hasSize(4)
          .allSatisfy(chunk -> assertThat(chunk).startsWith("data: ").containsOnlyOnce("\n\n"));
    }
  }

  @Test
  void saysTheSameStreamedOrNot() {
    String whole =
        Bodies.content(TestClient.json(chat(Bodies.chat(Bodies.CAT, "\"max_tokens\":12"))));

    HttpResponse<String> stream = chat(Bodies.chat(Bodies.CAT, STREAM, "\"max_tokens\":12"));

    assertThat(text(stream, 0)).isEqualTo(whole).startsWith("Saw 1 image");
  }

  @Test
  void endsWithUsageWhenAsked() {
    HttpResponse<String> answer =
        chat(
            Bodies.chat(
                Bodies.text("hi"),
                STREAM,
                "\"max_tokens\":3",
                "\"n\":2",
                "\"stream_options\":{\"include_usage\":true}"));

    JsonNode last = TestClient.chunks(answer).get(TestClient.chunks(answer).size() - 1);
    assertThat(last.get("choices")).isEmpty();
    assertThat(last.at("/usage/completion_tokens").asInt()).isEqualTo(6);
    assertThat(last.at("/usage/total_tokens").asInt())
        .isEqualTo(6 + last.at("/usage/prompt_tokens").asInt());
  }

  @Test
  void streamsNChoices() {
    HttpResponse<String> answer =
        chat(Bodies.chat(Bodies.text("hi"), STREAM, "\"max_tokens\":5", "\"n\":3"));

    assertThat(TestClient.events(answer)).hasSize(3 + 15 + 1);
    assertThat(text(answer, 0)).isNotEqualTo(text(answer, 2));
    assertThat(text(answer, 2)).hasSizeGreaterThan(5);
  }

  @Test
  void answersNChoicesAsJson() {
    JsonNode answer =
        TestClient.json(chat(Bodies.chat(Bodies.text("hi"), "\"max_tokens\":5", "\"n\":3")));

    assertThat(answer.get("choices")).hasSize(3);
    assertThat(answer.at("/choices/2/index").asInt()).isEqualTo(2);
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(15);
  }

  @Test
  void stopsByItselfWithoutACap() {
    HttpResponse<String> answer = chat(Bodies.chat(Bodies.text("hi"), STREAM));

    List<JsonNode> chunks = TestClient.chunks(answer);
    assertThat(chunks).hasSize(17);
    assertThat(chunks.get(16).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void keepsThePaceOfTheTokens() {
    restart(Timing.ofTokens(Duration.ofMillis(120), Duration.ofMillis(20)));
    long start = System.nanoTime();

    try (RawClient client = new RawClient(decode())) {
      client.sendChat(Bodies.chat(Bodies.text("hi"), STREAM, "\"max_tokens\":11"));
      client.readUntil("data: ");
      Duration first = Duration.ofNanos(System.nanoTime() - start);
      client.readUntil("[DONE]");
      Duration whole = Duration.ofNanos(System.nanoTime() - start);

      assertThat(first).isBetween(Duration.ofMillis(120), Duration.ofMillis(3000));
      assertThat(whole).isBetween(Duration.ofMillis(320), Duration.ofMillis(5000));
    }
  }

  @Test
  void answersJsonAfterTheTimeOfAllTokens() {
    restart(Timing.ofTokens(Duration.ofMillis(50), Duration.ofMillis(20)));
    long start = System.nanoTime();

    chat(Bodies.chat(Bodies.text("hi"), "\"max_tokens\":11"));

    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
  }

  @Test
  void restsWhileTheClientDoesNotRead() {
    try (RawClient client = new RawClient(decode())) {
      client.sendChat(Bodies.chat(Bodies.text("hi"), STREAM, "\"max_tokens\":60000"));
      client.readUntil("data: ");
      long[] last = {0, 0};
      Await.until(
          "no event for a while",
          () -> {
            long now = System.nanoTime();
            long sent = decode().state().eventsSent();
            if (sent != last[0]) {
              last[0] = sent;
              last[1] = now;
            }
            return now - last[1] > 500_000_000L;
          });

      assertThat(decode().state().eventsSent()).isLessThan(60_000);
      assertThat(client.readUntil("[DONE]\n\n\r\n0\r\n\r\n")).isNotEmpty();
      Await.until("completed", () -> decode().state().completed() == 1);
    }
  }

  private static String text(HttpResponse<String> stream, int choice) {
    return TestClient.chunks(stream).stream()
        .map(chunk -> chunk.at("/choices/0"))
        .filter(c -> c.path("index").asInt(-1) == choice)
        .map(c -> c.at("/delta/content").asText())
        .collect(Collectors.joining());
  }

  private HttpResponse<String> chat(String body, String... headers) {
    return TestClient.chat(decode(), body, headers);
  }

  private SimulatedWorker decode() {
    return simulator.workers(Role.DECODE).get(0);
  }

  private void restart(Timing timing) {
    simulator.close();
    simulator = start(timing);
  }

  private static Simulator start(Timing timing) {
    return Simulator.start(
        SimulatorSettings.of(0, 0, 1).withBehaviour(Behaviour.builder().timing(timing).build()));
  }
}
