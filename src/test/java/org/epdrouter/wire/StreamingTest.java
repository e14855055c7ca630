package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Events reach the client one by one, as they are, as soon as they are there. */
final class StreamingTest {
  private static final List<String> EVENTS =
      Scripts.EVENTS.stream().map(e -> "data: " + e + "\n\n").toList();

  @RegisterExtension private static final Cluster cluster = Cluster.shared(1, 1, 1);

  @Test
  void passesEveryEventInAChunkOfItsOwn() {
    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.chunkTexts()).isEqualTo(EVENTS);
    assertThat(response.isComplete()).isTrue();
    assertThat(response.trailers()).isEmpty();
  }

  @Test
  void sendsTheHeadersOfAStream() {
    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.headerValues("content-type"))
        .containsExactly("text/event-stream; charset=utf-8");
    assertThat(response.headerValues("cache-control")).containsExactly("no-cache");
    assertThat(response.headerValues("x-accel-buffering")).containsExactly("no");
    assertThat(response.headerValues("transfer-encoding")).containsExactly("chunked");
    assertThat(response.headerValues("content-length")).isEmpty();
    assertThat(response.headerValues("content-encoding")).isEmpty();
  }

  @Test
  void isNeverCompressed() {
    RawResponse response =
        cluster.router().post(Requests.streamed(), "Accept-Encoding: gzip, deflate, br");

    assertThat(response.headerValues("content-encoding")).isEmpty();
    assertThat(response.chunkTexts()).isEqualTo(EVENTS);
  }

  @Test
  void passesAnEventBeforeTheNextIsWritten() {
    Semaphore permits = new Semaphore(0);
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents();
              for (int i = 0; i < 50; i++) {
                to.await(permits).event("{\"i\":" + i + "}");
              }
              to.await(permits).endChunks();
            });

    try (RawClient client = cluster.router().connect()) {
      client.post(Requests.streamed());
      assertThat(client.readHead().status()).as("head before any event").isEqualTo(200);
      for (int i = 0; i < 50; i++) {
        permits.release();
        assertThat(client.readChunk().orElseThrow().text())
            .isEqualTo("data: {\"i\":" + i + "}\n\n");
      }
      permits.release();
      assertThat(client.readChunk()).isEmpty();
    }
  }

  @Test
  void neverMergesEventsThatComeTogether() {
    List<String> events =
        IntStream.range(0, 200).mapToObj(i -> "data: {\"i\":" + i + "}\n\n").toList();
    cluster
        .decode()
        .onChat((request, to) -> to.startEvents().chunk(String.join("", events)).endChunks());

    assertThat(cluster.router().post(Requests.streamed()).chunkTexts()).isEqualTo(events);
  }

  @Test
  void neverSplitsAnEventThatComesInPieces() {
    String event = "data: {\"content\":\"a b é 😀\"}\n\n";
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents();
              for (byte b : event.getBytes(StandardCharsets.UTF_8)) {
                to.chunk(new byte[] {b});
              }
              to.event("[DONE]").endChunks();
            });

    assertThat(cluster.router().post(Requests.streamed()).chunkTexts())
        .containsExactly(event, "data: [DONE]\n\n");
  }

  @Test
  void passesAStreamThatEndsWithTheConnection() {
    cluster
        .decode()
        .onChat(
            (request, to) ->
                to.head("200 OK", "content-type: text/event-stream", "connection: close")
                    .write("data: 1\n\n")
                    .write("data: 2\n\ndata: [DONE]\n\n")
                    .close());

    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.chunkTexts())
        .containsExactly("data: 1\n\n", "data: 2\n\n", "data: [DONE]\n\n");
    assertThat(response.isComplete()).isTrue();
  }

  @Test
  void passesAStreamWithContentLengthWithoutIt() {
    String body = "data: 1\n\ndata: [DONE]\n\n";
    cluster
        .decode()
        .onChat(
            (request, to) ->
                to.answer("200 OK", "text/event-stream", body.getBytes(StandardCharsets.UTF_8)));

    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.headerValues("content-length")).isEmpty();
    assertThat(response.text()).isEqualTo(body);
  }

  @Test
  void answersWithJsonWhenDecodeDoesNotStream() {
    cluster.decode().onChat((request, to) -> to.json(200, "{\"a\":1}"));

    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.header("content-type")).isEqualTo("application/json");
    assertThat(response.header("content-length")).isEqualTo("7");
    assertThat(response.text()).isEqualTo("{\"a\":1}");
  }

  @Test
  void streamsWhenDecodeDoesEvenIfNotAsked() {
    cluster.decode().onChat((request, to) -> Scripts.stream(to, Scripts.EVENTS));

    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.chunkTexts()).isEqualTo(EVENTS);
  }

  @Test
  void serves300StreamsAtOnceWithoutMixingThem() throws Exception {
    int streams = 300;
    int events = 20;
    CountDownLatch allOpen = new CountDownLatch(streams);
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents();
              allOpen.countDown();
              to.await(allOpen);
              for (int i = 0; i < events; i++) {
                to.event(request.requestId() + "#" + i);
              }
              to.event("[DONE]").endChunks();
            });
    Map<String, RawResponse> responses = new ConcurrentHashMap<>();

    ExecutorService clients = Executors.newFixedThreadPool(streams);
    try {
      List<Callable<RawResponse>> calls = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        String id = RouterUnderTest.newId();
        calls.add(
            () -> {
              RawResponse response =
                  cluster.router().post(Requests.streamed(), "X-Request-Id: " + id);
              responses.put(id, response);
              return response;
            });
      }
      for (Future<RawResponse> call : clients.invokeAll(calls)) {
        assertThat(call.get().status()).isEqualTo(200);
      }
    } finally {
      clients.shutdownNow();
    }

    assertThat(responses).hasSize(streams);
    responses.forEach(
        (id, response) -> {
          List<String> expected =
              new ArrayList<>(
                  IntStream.range(0, events)
                      .mapToObj(i -> "data: " + id + "#" + i + "\n\n")
                      .toList());
          expected.add("data: [DONE]\n\n");
          assertThat(response.chunkTexts()).isEqualTo(expected);
          assertThat(response.isComplete()).isTrue();
        });
  }

  @Test
  void servesManyStreamsInARowOnOneConnection() {
    try (RawClient client = cluster.router().connect()) {
      for (int i = 0; i < 30; i++) {
        boolean streamed = i % 3 != 2;
        RawResponse response = client.post(streamed ? Requests.streamed() : Requests.text()).read();

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text())
            .isEqualTo(streamed ? String.join("", EVENTS) : Scripts.COMPLETION);
      }
    }
  }
}
