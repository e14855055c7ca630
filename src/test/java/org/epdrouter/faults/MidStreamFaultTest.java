package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Json;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.RawResponse.Ending;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.Responder;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A decode worker that dies in the middle: whole events, then one error event, no `[DONE]`, and a
 * body left unfinished.
 */
final class MidStreamFaultTest {
  private static final String EVENT = "data: {\"content\":\"a\"}\n\n";

  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = Cluster.start(0, 1, 1, "router.decode.idle-timeout", "500ms");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("deaths")
  void endsWithOneErrorEvent(Death death, String where, byte[] tail) {
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents().chunk(EVENT).chunk(EVENT);
              if (tail.length > 0) {
                to.write(tail);
              }
              // Not before what went before has arrived: RST discards what the peer has not read.
              death.kill(to, cluster);
            });

    try (RawClient client = cluster.router().connect()) {
      RawResponse head = client.post(Requests.streamed()).readHead();
      RawResponse response = client.readRest(head);

      assertThat(response.status()).isEqualTo(200);
      List<String> chunks = response.chunkTexts();
      assertThat(chunks).as("%s", response).hasSize(3);
      assertThat(chunks.subList(0, 2)).containsExactly(EVENT, EVENT);
      assertErrorEvent(chunks.get(2));
      assertThat(response.text()).doesNotContain("[DONE]");
      assertThat(response.ending()).isNotEqualTo(Ending.COMPLETE);
    }
  }

  static Stream<Arguments> deaths() {
    byte[] half = "30\r\ndata: {\"content\":\"é".getBytes(StandardCharsets.UTF_8);
    byte[] wholeChunkOfHalf =
        "17\r\ndata: {\"content\":\"half \r\n".getBytes(StandardCharsets.UTF_8);
    return Stream.of(Death.values())
        .flatMap(
            death ->
                Stream.of(
                    Arguments.of(death, "between events", new byte[0]),
                    Arguments.of(death, "in a chunk size", "3".getBytes(StandardCharsets.UTF_8)),
                    Arguments.of(death, "in an event", half),
                    Arguments.of(death, "in a character", Arrays.copyOf(half, half.length - 1)),
                    Arguments.of(death, "between chunks of an event", wholeChunkOfHalf)))
        // What is garbage between chunks is data inside of one.
        .filter(
            a ->
                a.get()[0] != Death.GARBLED
                    || a.get()[1].equals("between events")
                    || a.get()[1].equals("between chunks of an event"));
  }

  /** How a worker ends before its time. */
  enum Death {
    CLOSED {
      @Override
      void kill(Responder to, Cluster cluster) throws Exception {
        to.close();
      }
    },
    RESET {
      @Override
      void kill(Responder to, Cluster cluster) throws Exception {
        cluster.sentinelAt("/v1/models");
        to.reset();
      }
    },
    STALLED {
      @Override
      void kill(Responder to, Cluster cluster) throws Exception {
        to.stall();
      }
    },
    GARBLED {
      @Override
      void kill(Responder to, Cluster cluster) throws Exception {
        to.write("\r\nzz\r\n\r\n").stall();
      }
    };

    abstract void kill(Responder to, Cluster cluster) throws Exception;
  }

  @Test
  void endsWithOneErrorEventEvenBeforeTheFirstEvent() {
    cluster.decode().onChat((request, to) -> to.startEvents().close());

    RawResponse response = cluster.router().post(Requests.streamed());

    if (response.status() == 200) {
      assertThat(response.chunks()).hasSize(1);
      assertErrorEvent(response.text());
      assertThat(response.ending()).isNotEqualTo(Ending.COMPLETE);
    } else {
      assertThat(response.status()).isEqualTo(502);
    }
  }

  @Test
  void addsNothingAfterDone() {
    cluster.decode().onChat((request, to) -> to.startEvents().chunk(EVENT).event("[DONE]").close());

    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.chunkTexts()).startsWith(EVENT, "data: [DONE]\n\n");
    assertThat(response.text().split("\\[DONE\\]", -1)).hasSize(2);
    assertThat(response.text()).endsWith("data: [DONE]\n\n");
  }

  @Test
  void passesAnErrorEventOfTheWorkerAsItIs() {
    List<String> events = List.of("{\"error\":{\"message\":\"boom\",\"code\":500}}", "[DONE]");
    cluster.decode().onChat((request, to) -> Scripts.stream(to, events));

    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.chunkTexts())
        .containsExactly("data: " + events.get(0) + "\n\n", "data: [DONE]\n\n");
    assertThat(response.isComplete()).isTrue();
  }

  @Test
  void endsShortWhenALargeAnswerIsTruncated() {
    byte[] half = new byte[6 << 20];
    cluster
        .decode()
        .onChat(
            (request, to) ->
                to.head(
                        "200 OK",
                        "content-type: application/json",
                        "content-length: " + 2 * half.length)
                    .write(half)
                    .close());

    RawResponse response = cluster.router().post(Requests.text());

    if (response.status() == 200) {
      assertThat(response.ending()).isNotEqualTo(Ending.COMPLETE);
    } else {
      assertThat(response.status()).isEqualTo(502);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void servesTheNextRequestAfterwards(boolean sameConnection) {
    cluster.decode().onChat((request, to) -> to.startEvents().chunk(EVENT).close());
    try (RawClient client = cluster.router().connect()) {
      client.post(Requests.streamed()).read();
      cluster.decode().reset();

      if (sameConnection) {
        assertThat(client.readUntilClose()).isEmpty();
      }
      assertThat(cluster.router().post(Requests.streamed()).isComplete()).isTrue();
    }
  }

  private static void assertErrorEvent(String event) {
    assertThat(event).startsWith("data: {").endsWith("}\n\n");
    assertThat(event.lines().filter(l -> l.startsWith("data:"))).hasSize(1);
    var error = Json.parse(event.substring("data: ".length())).get("error");
    assertThat(error).isNotNull();
    assertThat(error.get("message").textValue()).isNotBlank();
    assertThat(error.get("type").textValue()).isEqualTo("server_error");
    assertThat(error.get("code").isTextual()).isTrue();
  }
}
