package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Event streams of any legal shape pass byte for byte, one event to a chunk. */
final class SseTest {
  @RegisterExtension private static final Cluster cluster = Cluster.shared(0, 0, 1);

  @ParameterizedTest(name = "{0}")
  @MethodSource("streams")
  void passesEventsOfAnyShape(String what, List<String> events) {
    byte[] all = String.join("", events).getBytes(StandardCharsets.UTF_8);
    for (int size : new int[] {1, 3, 1000}) {
      cluster
          .decode()
          .onChat(
              (request, to) -> {
                to.startEvents();
                for (int from = 0; from < all.length; from += size) {
                  to.chunk(
                      java.util.Arrays.copyOfRange(all, from, Math.min(all.length, from + size)));
                }
                to.endChunks();
              });

      RawResponse response = cluster.router().post(Requests.streamed());

      assertThat(response.body()).as("in chunks of %s", size).isEqualTo(all);
      assertThat(response.isComplete()).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("streams")
  void sendsOneEventInAChunk(String what, List<String> events) {
    byte[] all = String.join("", events).getBytes(StandardCharsets.UTF_8);
    cluster.decode().onChat((request, to) -> to.startEvents().chunk(all).endChunks());

    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.chunkTexts()).isEqualTo(events);
  }

  static Stream<Arguments> streams() {
    return Stream.of(
        Arguments.of("LF", List.of("data: a\n\n", "data: b\n\n")),
        Arguments.of("CRLF", List.of("data: a\r\n\r\n", "data: b\r\n\r\n")),
        Arguments.of("CR", List.of("data: a\r\r", "data: b\r\r")),
        Arguments.of("several data lines", List.of("data: a\ndata: b\ndata:\n\n", "data: c\n\n")),
        Arguments.of(
            "all fields",
            List.of("event: x\nid: 1\nretry: 10\ndata: a\n\n", "id\nevent\ndata\n\n")),
        Arguments.of("comments", List.of(": ping\n\n", ":\n\n", ": x\ndata: a\n\n")),
        Arguments.of(
            "four bytes a character", List.of("data: 😀é\u2028 \n\n", "data: \u0085\u00a0\n\n")),
        Arguments.of("blanks at the edges", List.of("data:  a \n\n", "data:\tb\t\n\n")),
        Arguments.of("no data prefix", List.of("{\"x\":1}\n\n", "[DONE]\n\n")));
  }

  @Test
  void passesATailWithoutItsBlankLineWhenTheStreamEndsWell() {
    cluster
        .decode()
        .onChat((request, to) -> to.startEvents().event("1").chunk("data: tail").endChunks());

    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.text()).isEqualTo("data: 1\n\ndata: tail");
    assertThat(response.isComplete()).isTrue();
  }

  @Test
  void passesAnEventOfAMegabyteInOneChunk() {
    String event = "data: " + "é".repeat(1 << 19) + "\n\n";
    cluster.decode().onChat((request, to) -> to.startEvents().chunk(event).event("2").endChunks());

    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.text()).isEqualTo(event + "data: 2\n\n");
  }

  @Test
  void passesTenThousandTinyEvents() {
    List<String> events = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      events.add("data: " + i + "\n\n");
    }
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents();
              for (String event : events) {
                to.chunk(event);
              }
              to.endChunks();
            });

    long start = System.nanoTime();
    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    assertThat(response.chunkTexts()).isEqualTo(events);
  }

  @Test
  void addsNothingToAQuietStream() {
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents().event("1");
              assertThat(Eventually.within(Duration.ofMillis(500), () -> false)).isFalse();
              to.event("[DONE]").endChunks();
            });

    assertThat(cluster.router().post(Requests.streamed()).chunkTexts())
        .containsExactly("data: 1\n\n", "data: [DONE]\n\n");
  }

  @Test
  void knowsAStreamByItsTypeHoweverItIsWritten() {
    for (String type : List.of("text/event-stream", "Text/Event-Stream;charset=UTF-8")) {
      cluster
          .decode()
          .onChat(
              (request, to) ->
                  to.head("200 OK", "Content-Type: " + type, "Transfer-Encoding: chunked")
                      .chunk("data: 1\n\ndata: 2\n\n")
                      .endChunks());

      RawResponse response = cluster.router().post(Requests.streamed());

      assertThat(response.headerValues("content-type")).containsExactly(type);
      assertThat(response.headerValues("x-accel-buffering")).containsExactly("no");
      assertThat(response.chunks()).hasSize(2);
    }
  }
}
