package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.epdrouter.testing.Json;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;

/**
 * A client that asks for all sorts of things, one after the other or pipelined, leaves when it
 * pleases, and insists on a correct outcome whenever it stays. Not thread-safe.
 */
final class ChaosClient {
  private static final List<Integer> ERRORS = List.of(500, 502, 503, 504);

  /** How a request can end. */
  enum Outcome {
    ANSWERED,
    STREAMED,
    REFUSED,
    BROKEN_STREAM,
    LEFT,
    NOT_REACHED
  }

  private final int port;
  private final int number;
  private final Random random;
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private int items;

  ChaosClient(int port, int number, long seed) {
    this.port = port;
    this.number = number;
    this.random = new Random(seed + number);
  }

  /** Works until the time is over; throws an AssertionError for the first outcome that is wrong. */
  Map<Outcome, Integer> run(long untilNanos) {
    while (System.nanoTime() - untilNanos < 0) {
      try (RawClient connection = RawClient.connect(port)) {
        visit(connection, untilNanos);
      }
    }
    return outcomes;
  }

  private void visit(RawClient connection, long untilNanos) {
    boolean open = true;
    while (open && System.nanoTime() - untilNanos < 0) {
      int pipelined = random.nextInt(5) == 0 ? 2 + random.nextInt(2) : 1;
      List<Boolean> streamed = new ArrayList<>();
      byte[] bytes = new byte[0];
      for (int i = 0; i < pipelined; i++) {
        streamed.add(random.nextBoolean());
        bytes = Requests.concat(bytes, request(streamed.get(i)));
      }
      if (random.nextInt(4) == 0) {
        leave(connection, bytes);
        return;
      }
      if (!connection.trySend(bytes)) {
        count(Outcome.NOT_REACHED);
        return;
      }
      open = readAll(connection, streamed) && random.nextInt(5) > 0;
    }
  }

  /** Reads the answers in turn; false if the connection is of no more use. */
  private boolean readAll(RawClient connection, List<Boolean> streamed) {
    for (int i = 0; i < streamed.size(); i++) {
      RawResponse response = connection.read();
      check(response, streamed.get(i));
      if (!response.isComplete() || "close".equals(response.header("connection"))) {
        for (int rest = i + 1; rest < streamed.size(); rest++) {
          count(Outcome.NOT_REACHED);
        }
        return false;
      }
    }
    return true;
  }

  private void leave(RawClient connection, byte[] bytes) {
    count(Outcome.LEFT);
    int sent = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
    connection.trySend(java.util.Arrays.copyOf(bytes, sent));
    if (sent == bytes.length && random.nextInt(3) == 0) {
      RawResponse head = connection.readHead();
      for (int i = random.nextInt(4); i > 0 && head.header("transfer-encoding") != null; i--) {
        if (connection.tryReadChunk().isEmpty()) {
          break;
        }
      }
    } else {
      // The pause is what decides in which stage the request is left.
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(60)).toNanos());
    }
    if (random.nextBoolean()) {
      connection.reset();
    }
  }

  private byte[] request(boolean streamed) {
    List<String> parts =
        new ArrayList<>(List.of(Requests.textPart("x".repeat(random.nextInt(99)))));
    for (int i = random.nextInt(3); i > 0; i--) {
      parts.add(Requests.image("https://example.org/" + number + "/" + items++ + ".png"));
    }
    String body = Requests.parts(parts, "\"stream\":" + streamed, "\"max_tokens\":8");
    return Requests.post(Requests.CHAT_PATH, body.getBytes(StandardCharsets.UTF_8));
  }

  private void check(RawResponse response, boolean streamed) {
    if (response.status() != 200) {
      assertThat(ERRORS).as("%s", response).contains(response.status());
      assertThat(response.isComplete()).as("%s", response).isTrue();
      assertError(response, response.json());
      count(Outcome.REFUSED);
    } else if (!streamed) {
      assertThat(response.isComplete()).as("%s", response).isTrue();
      assertThat(response.json().get("choices")).as("%s", response).isNotEmpty();
      count(Outcome.ANSWERED);
    } else if (response.isComplete()) {
      assertEvents(response);
      assertThat(response.text()).endsWith("}\n\ndata: [DONE]\n\n").doesNotContain("\"error\"");
      count(Outcome.STREAMED);
    } else {
      assertEvents(response);
      assertThat(response.text()).as("%s", response).doesNotContain("[DONE]");
      List<String> chunks = response.chunkTexts();
      String last = chunks.get(chunks.size() - 1);
      assertError(response, Json.parse(last.substring("data: ".length())));
      count(Outcome.BROKEN_STREAM);
    }
  }

  private static void assertEvents(RawResponse response) {
    assertThat(response.chunkTexts())
        .as("%s", response)
        .isNotEmpty()
        .allSatisfy(chunk -> assertThat(chunk).startsWith("data: ").endsWith("\n\n"));
  }

  private static void assertError(RawResponse response, JsonNode answer) {
    JsonNode error = answer.get("error");
    assertThat(error).as("%s", response).isNotNull();
    assertThat(error.get("message").textValue()).as("%s", response).isNotBlank();
    assertThat(error.get("type").textValue()).as("%s", response).isNotBlank();
    assertThat(error.hasNonNull("code")).as("%s", response).isTrue();
  }

  private void count(Outcome outcome) {
    outcomes.merge(outcome, 1, Integer::sum);
  }
}
