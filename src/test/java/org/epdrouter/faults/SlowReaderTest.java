package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.Responder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A client that reads slowly slows its worker down; the router holds no more of a stream than fits
 * into its water marks.
 */
final class SlowReaderTest {
  @RegisterExtension private static final Cluster cluster = Cluster.shared(0, 0, 1);

  @Test
  void stopsReadingFromAWorkerWhoseClientDoesNotRead() {
    AtomicReference<Responder> responder = new AtomicReference<>();
    byte[] event = ("data: " + "x".repeat((1 << 16) - 8) + "\n\n").getBytes(StandardCharsets.UTF_8);
    int events = 2048;
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              responder.set(to);
              to.startEvents();
              for (int i = 0; i < events; i++) {
                to.chunk(event);
              }
              to.endChunks();
            });

    try (RawClient client = RawClient.connect(cluster.router().port(), 1 << 14)) {
      client.post(Requests.streamed());
      RawResponse head = client.readHead();
      assertThat(head.status()).isEqualTo(200);
      Responder worker = Eventually.gives("responder", responder::get);
      int stalledAt = awaitStall(worker);

      // 128 MB in all; what fits into socket buffers and water marks is a fraction of that.
      assertThat(stalledAt).isLessThan(events / 2);
      assertThat(cluster.router().get("/nowhere").status()).isEqualTo(404);

      RawResponse rest = client.readRest(head);
      assertThat(rest.isComplete()).isTrue();
      assertThat(rest.chunks()).hasSize(events);
      assertThat(rest.chunks())
          .allSatisfy(c -> assertThat(c.bytes().length).isEqualTo(event.length));
    }
  }

  @Test
  void letsGoOfAWorkerWhoseClientLeavesWithoutReading() {
    AtomicReference<Responder> responder = new AtomicReference<>();
    byte[] event = ("data: " + "x".repeat(1 << 16) + "\n\n").getBytes(StandardCharsets.UTF_8);
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              responder.set(to);
              to.startEvents();
              while (!request.isDisconnected()) {
                to.chunk(event);
              }
            });

    try (RawClient client = RawClient.connect(cluster.router().port(), 1 << 14)) {
      client.post(Requests.streamed()).readHead();
      awaitStall(Eventually.gives("responder", responder::get));
    }

    assertThat(cluster.decode().awaitChat(0).awaitDisconnect()).isPositive();
  }

  @Test
  void holdsNoUnendingLineBack() {
    byte[] part = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
    CountDownLatch first = new CountDownLatch(1);
    int parts = 320;
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents();
              for (int i = 0; i < parts; i++) {
                if (i == parts - 1) {
                  to.await(first);
                }
                to.chunk(part);
              }
              to.chunk("\n\n").endChunks();
            });

    try (RawClient client = cluster.router().connect()) {
      RawResponse head = client.post(Requests.streamed()).readHead();
      int got = client.readChunk().orElseThrow().bytes().length;
      first.countDown();
      RawResponse rest = client.readRest(head);

      assertThat(got + rest.body().length).isEqualTo(parts * part.length + 2);
      assertThat(rest.isComplete()).isTrue();
    }
  }

  /**
   * Waits until a worker has not got a chunk away for a third of a second, and returns how many it
   * has.
   */
  private static int awaitStall(Responder worker) {
    int[] last = {-1};
    Eventually.holds(
        "worker stalls",
        () -> {
          int now = worker.chunksSent();
          boolean same = now == last[0];
          last[0] = now;
          return same
              && now > 0
              && !Eventually.within(Duration.ofMillis(300), () -> worker.chunksSent() != now);
        });
    return worker.chunksSent();
  }
}
