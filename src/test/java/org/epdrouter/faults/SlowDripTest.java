package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.Responder;
import org.epdrouter.testing.Script;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * F10: a worker that sends a byte now and then, never long enough apart for an idle timeout, is
 * ended by the timeout that covers all of its call or of the request.
 */
final class SlowDripTest {
  private static final Duration PACE = Duration.ofMillis(20);
  private static final Duration AT_ONCE = Duration.ofSeconds(8);

  @ParameterizedTest
  @ValueSource(strings = {"encode", "prefill"})
  void endsAnAnswerThatDripsAtTheStagesTimeout(String stage) {
    try (Cluster cluster = Cluster.start(1, 1, 1, "router." + stage + ".timeout", "500ms")) {
      cluster.stage(stage).get(0).onChat(drippingBody("application/json", " "));

      RawResponse response = postAtOnce(cluster, Requests.images(1));

      assertTimedOut(response, "router." + stage + ".timeout");
      assertThat(cluster.stage(stage).get(0).awaitChat(0).awaitDisconnect()).isPositive();
      assertThat(cluster.decode().chats()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"encode.timeout", "prefill.timeout", "decode.first-byte-timeout"})
  void endsAHeadThatDrips(String setting) {
    String stage = setting.substring(0, setting.indexOf('.'));
    try (Cluster cluster = Cluster.start(1, 1, 1, "router." + setting, "500ms")) {
      cluster
          .stage(stage)
          .get(0)
          .onChat(
              (request, to) -> {
                to.write("HTTP/1.1 200 OK\r\nx-drip: ");
                drip(request, to, "x");
              });

      RawResponse response = postAtOnce(cluster, Requests.images(1));

      assertTimedOut(response, "router." + setting);
      assertThat(cluster.stage(stage).get(0).awaitChat(0).awaitDisconnect()).isPositive();
    }
  }

  @Test
  void endsADecodeAnswerThatDripsAtTheRequestsTimeout() {
    try (Cluster cluster = Cluster.start(0, 0, 1, "router.request-timeout", "500ms")) {
      cluster.decode().onChat(drippingBody("application/json", " "));

      RawResponse response = postAtOnce(cluster, Requests.text());

      assertTimedOut(response, "router.request-timeout");
      assertThat(cluster.decode().awaitChat(0).awaitDisconnect()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {": ping\n\n", "data: {}\n\n", "x"})
  void endsAStreamThatDripsWithAnErrorEvent(String drop) {
    try (Cluster cluster = Cluster.start(0, 0, 1, "router.request-timeout", "500ms")) {
      cluster.decode().onChat(drippingBody("text/event-stream", drop));

      RawResponse response = postAtOnce(cluster, Requests.streamed());

      assertThat(response.status()).isEqualTo(200);
      assertThat(response.isComplete()).isFalse();
      assertThat(response.text())
          .doesNotContain("[DONE]")
          .contains("\"stage_timeout\"", "router.request-timeout")
          .containsOnlyOnce("data: {\"error\"")
          .endsWith("\n\n");
      assertThat(cluster.decode().awaitChat(0).awaitDisconnect()).isPositive();
    }
  }

  private static RawResponse postAtOnce(Cluster cluster, String body) {
    long start = System.nanoTime();
    RawResponse response = cluster.router().post(body);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
    return response;
  }

  private static void assertTimedOut(RawResponse response, String setting) {
    assertThat(response.status()).as("%s", response).isEqualTo(504);
    assertThat(response.json().at("/error/code").textValue()).isEqualTo("stage_timeout");
    assertThat(response.json().at("/error/message").textValue()).contains(setting);
    assertThat(response.isComplete()).isTrue();
  }

  private static Script drippingBody(String type, String drop) {
    return (request, to) -> {
      to.head("200 OK", "Content-Type: " + type, "Transfer-Encoding: chunked");
      drip(
          request,
          to,
          Integer.toHexString(drop.getBytes(StandardCharsets.UTF_8).length)
              + "\r\n"
              + drop
              + "\r\n");
    };
  }

  private static void drip(ReceivedRequest request, Responder to, String drop) throws Exception {
    while (!Eventually.within(PACE, request::isDisconnected)) {
      to.write(drop);
    }
  }
}
