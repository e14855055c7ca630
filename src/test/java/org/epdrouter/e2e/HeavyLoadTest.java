package org.epdrouter.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.epdrouter.simulator.Behaviour;
import org.epdrouter.simulator.Role;
import org.epdrouter.simulator.Simulator;
import org.epdrouter.simulator.SimulatorSettings;
import org.epdrouter.simulator.Timing;
import org.epdrouter.simulator.WorkerState;
import org.epdrouter.testing.RouterProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A router in a process of its own with a small heap. */
@Timeout(180) // Generous to two busy cores.
class HeavyLoadTest {
  // A cold start under load on busy cores may be late for the probes too, which is not the matter
  // here.
  private static final List<String> SMALL_HEAP =
      List.of("-Xmx512m", "-Drouter.health.interval=off");
  private static final int STREAMS = 300;
  private static final int TOKENS = 30;
  private static final int IMAGES = 3;
  private static final int IMAGE_BYTES = 30 << 20;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir private Path directory;

  @Test
  void keepsManyStreamsApart() throws Exception {
    Behaviour slow =
        Behaviour.builder().timing(Timing.ofTokens(Duration.ZERO, Duration.ofMillis(200))).build();
    try (Simulator workers = Simulator.start(SimulatorSettings.of(2, 1, 2).withBehaviour(slow));
        RouterProcess router = start(workers)) {
      URI chat = router.chat();

      List<CompletableFuture<HttpResponse<String>>> answers =
          IntStream.range(0, STREAMS).mapToObj(i -> askForStream(chat, i)).toList();
      long most = 0;
      while (!answers.stream().allMatch(CompletableFuture::isDone)) {
        most = Math.max(most, workers.state().sum(Role.DECODE, WorkerState::running));
        LockSupport.parkNanos(POLL_NANOS);
      }

      assertThat(most).isGreaterThan(STREAMS / 2);
      for (int i = 0; i < STREAMS; i++) {
        HttpResponse<String> answer = answers.get(i).join();
        assertThat(answer.statusCode())
            .as(() -> answer.body() + " " + summary(workers) + " " + router.output())
            .isEqualTo(200);
        assertOwn(answer.body(), i);
      }
      Deployment.assertEncodedOnce(workers, STREAMS);
      assertThat(router.stop()).isIn(0, 143);
      assertThat(router.output()).doesNotContain("LEAK", "Exception");
    }
  }

  @Test
  void passesLargeImagesThroughUnchanged() throws Exception {
    List<LargeImage> images = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      images.add(LargeImage.write(directory.resolve("image-" + i + ".json"), IMAGE_BYTES, i));
    }
    try (Simulator workers = Simulator.start(SimulatorSettings.of(1, 1, 1));
        RouterProcess router = start(workers)) {
      URI chat = router.chat();

      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (LargeImage image : images) {
        answers.add(ask(chat, BodyPublishers.ofFile(image.chat())));
      }

      for (int i = 0; i < IMAGES; i++) {
        HttpResponse<String> answer = answers.get(i).join();
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        // What decode saw; prefill would have refused what encode had not seen.
        assertThat(answer.body()).contains("Saw 1 image " + images.get(i).seen());
      }
      assertThat(workers.state().of(Role.ENCODE).get(0).items())
          .extracting(item -> item.hash())
          .containsExactlyInAnyOrderElementsOf(images.stream().map(LargeImage::hash).toList());
      Deployment.assertEncodedOnce(workers, IMAGES);
      assertThat(router.stop()).isIn(0, 143);
      assertThat(router.output()).doesNotContain("LEAK", "OutOfMemory", "Exception");
    }
  }

  private RouterProcess start(Simulator workers) throws IOException {
    return RouterProcess.in(directory)
        .jvmFlags(SMALL_HEAP)
        .startOnFreePort(
            "--encode-servers-urls",
            String.join(",", workers.urls(Role.ENCODE)),
            "--prefill-servers-urls",
            String.join(",", workers.urls(Role.PREFILL)),
            "--decode-servers-urls",
            String.join(",", workers.urls(Role.DECODE)));
  }

  private CompletableFuture<HttpResponse<String>> askForStream(URI chat, int i) {
    return ask(
        chat,
        BodyPublishers.ofString(
            Media.chat(image(i), "\"stream\":true", "\"max_tokens\":" + TOKENS)),
        "X-Request-Id",
        "stream-" + i);
  }

  private CompletableFuture<HttpResponse<String>> ask(
      URI chat, BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(chat).header("Content-Type", "application/json").POST(body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.sendAsync(request.build(), BodyHandlers.ofString());
  }

  private static String summary(Simulator workers) {
    StringBuilder text = new StringBuilder();
    for (WorkerState worker : workers.state().workers()) {
      text.append(worker.role())
          .append(": chats ")
          .append(worker.chats())
          .append(", aborted ")
          .append(worker.aborted())
          .append(", failed ")
          .append(worker.failed())
          .append(", KV blocks expired ")
          .append(worker.kvBlocksExpired())
          .append(", aborted ")
          .append(worker.kvBlocksAborted())
          .append(", missing ")
          .append(worker.kvMissing())
          .append("; ");
    }
    return text.toString();
  }

  private static void assertOwn(String body, int i) {
    List<String> events = List.of(body.split("\n\n"));
    assertThat(events).hasSize(1 + TOKENS + 1).last().isEqualTo("data: [DONE]");
    StringBuilder text = new StringBuilder();
    for (String event : events.subList(0, 1 + TOKENS)) {
      JsonNode chunk = parse(event.substring("data: ".length()));
      assertThat(chunk.get("id").asText()).isEqualTo("chatcmpl-stream-" + i);
      text.append(chunk.at("/choices/0/delta/content").asText());
    }
    assertThat(text.toString())
        .isEqualTo(
            "Saw 1 image "
                + Media.seen(image(i))
                + " : the quick brown fox jumps over the lazy dog while seven bright lanterns"
                + " drift along a quiet river under distant hills the quick brown fox");
  }

  private static JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String image(int i) {
    return "https://example.com/" + i + ".jpg";
  }
}
