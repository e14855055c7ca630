package org.epdrouter.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The JDK's client, which asks for an upgrade to HTTP/2 with every request. */
class HttpClientTest {
  private static final String CAT = "https://example.com/cat.jpg";
  private static final Duration PAUSE = Duration.ofMillis(50);

  private static Deployment deployment;

  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    deployment = Deployment.pacedBy(PAUSE);
  }

  @AfterAll
  static void stop() {
    deployment.close();
  }

  @AfterEach
  void reset() {
    deployment.simulator().reset();
  }

  @Test
  void getsTokensOneByOne() throws Exception {
    HttpRequest request = post(Media.chat(CAT, "\"stream\":true", "\"max_tokens\":20")).build();
    Arrivals arrivals = new Arrivals();

    HttpResponse<Stream<String>> answer = http.send(request, BodyHandlers.ofLines());
    answer.body().forEach(arrivals::line);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(answer.headers().firstValue("cache-control")).hasValue("no-cache");
    // The role, the tokens and [DONE], which comes with the last token.
    assertThat(arrivals.events()).hasSize(22).last().isEqualTo("[DONE]");
    arrivals.assertPaced(PAUSE);
    deployment.assertEncodedOnce(1);
  }

  @Test
  void getsAnAnswerThatIsNotStreamed() throws Exception {
    HttpRequest request =
        post(Media.chat(CAT)).header("X-Request-Id", "mine-1").expectContinue(true).build();

    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-request-id")).hasValue("mine-1");
    assertThat(answer.body()).contains("\"chatcmpl-mine-1\"", "Saw 1 image " + Media.seen(CAT));
    deployment.assertEncodedOnce(1);
  }

  private static HttpRequest.Builder post(String body) {
    return HttpRequest.newBuilder(deployment.chat())
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }
}
