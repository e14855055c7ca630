package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.Responder;
import org.junit.jupiter.api.Test;

/**
 * K3 to K5, B: wherever the network and the worker's HTTP cut an event stream, even inside of a
 * character, a line end or a chunk's size, the client gets the worker's bytes.
 */
final class RandomCutsTest {
  private static final int STREAMS = 150;
  private static final List<String> LINE_ENDS = List.of("\n", "\r\n", "\r");
  private static final List<String> LINES =
      List.of(
          "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
          "data: 😀é\u2028\u0085",
          "data:",
          "data",
          ": ping",
          ":",
          "event: x",
          "id: 1",
          "retry: 10",
          "data: \\r\\n\\n",
          "{\"no\":\"field\"}");

  private enum Framing {
    CHUNKS,
    LENGTH,
    CLOSE
  }

  /** All on one connection of a client, so that every end is seen where it is. */
  @Test
  void passesEveryByteOfAStreamHoweverItIsCut() {
    try (Cluster cluster = Cluster.start(0, 0, 1);
        RawClient client = cluster.router().connect()) {
      for (int seed = 0; seed < STREAMS; seed++) {
        Random random = new Random(seed);
        byte[] stream = stream(random);
        Framing framing = Framing.values()[random.nextInt(Framing.values().length)];
        byte[] answer = framed(stream, framing, random);
        int step = step(random, answer.length);
        cluster
            .decode()
            .onChat(
                (request, to) -> {
                  writeInPieces(to, answer, step, random);
                  if (framing == Framing.CLOSE) {
                    to.close();
                  }
                });

        RawResponse response = client.post(Requests.streamed()).read();

        assertThat(response.isComplete()).as("seed %d, %s", seed, framing).isTrue();
        assertThat(Arrays.equals(response.body(), stream))
            .as(
                "seed %d, %s: %d of %d bytes: %s",
                seed, framing, response.body().length, stream.length, response)
            .isTrue();
      }
    }
  }

  private static byte[] stream(Random random) {
    StringBuilder stream = new StringBuilder();
    int events = random.nextInt(12);
    for (int i = 0; i < events; i++) {
      String end = LINE_ENDS.get(random.nextInt(LINE_ENDS.size()));
      int lines = 1 + random.nextInt(3);
      for (int line = 0; line < lines; line++) {
        stream.append(LINES.get(random.nextInt(LINES.size()))).append(end);
      }
      stream.append(end);
    }
    if (random.nextInt(20) == 0) {
      stream.append("data: ").append("é".repeat(1 << 19)).append("\n\n");
    }
    if (random.nextInt(4) > 0) {
      stream.append("data: [DONE]\n\n");
    }
    if (random.nextInt(10) == 0) {
      stream.append("data: no blank line behind it");
    }
    return stream.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] framed(byte[] stream, Framing framing, Random random) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    answer.writeBytes(ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
    switch (framing) {
      case LENGTH -> {
        answer.writeBytes(ascii("Content-Length: " + stream.length + "\r\n\r\n"));
        answer.writeBytes(stream);
      }
      case CLOSE -> {
        answer.writeBytes(ascii("Connection: close\r\n\r\n"));
        answer.writeBytes(stream);
      }
      case CHUNKS -> {
        answer.writeBytes(ascii("Transfer-Encoding: chunked\r\n\r\n"));
        int step = step(random, stream.length);
        int from = 0;
        while (from < stream.length) {
          int to = Math.min(stream.length, from + 1 + random.nextInt(step));
          answer.writeBytes(ascii(Integer.toHexString(to - from) + "\r\n"));
          answer.write(stream, from, to - from);
          answer.writeBytes(ascii("\r\n"));
          from = to;
        }
        answer.writeBytes(ascii("0\r\n\r\n"));
      }
    }
    return answer.toByteArray();
  }

  /** How long a piece may be: some streams come byte by byte, others in a few pieces. */
  private static int step(Random random, int length) {
    int step = List.of(1, 3, 40, 5_000, 100_000).get(random.nextInt(5));
    return Math.max(step, length / 500);
  }

  private static void writeInPieces(Responder to, byte[] answer, int step, Random random)
      throws IOException {
    int from = 0;
    while (from < answer.length) {
      int end = Math.min(answer.length, from + 1 + random.nextInt(step));
      to.write(Arrays.copyOfRange(answer, from, end));
      from = end;
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
