package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.Json;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the encode workers get: one request per media item, all at once, before anything else. */
final class EncodeFanOutTest {
  @RegisterExtension private static final Cluster cluster = Cluster.shared(3, 1, 1);

  @Test
  void sendsEachItemAloneInARequestOfFourMembers() {
    List<String> items =
        List.of(
            Requests.image("https://example.org/a.png"),
            Requests.audioUrl("https://example.org/a.wav"),
            Requests.inputAudio(),
            Requests.video("file:///media/a.mp4"));
    String id = RouterUnderTest.newId();

    RawResponse response =
        cluster
            .router()
            .post(
                Requests.parts(
                    List.of(
                        items.get(0),
                        Requests.textPart("between"),
                        items.get(1),
                        items.get(2),
                        items.get(3)),
                    "\"temperature\":0.5",
                    "\"max_tokens\":77",
                    "\"stream\":true"),
                "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(200);
    List<ReceivedRequest> encodes = cluster.encodesOf(id);
    assertThat(encodes).hasSize(items.size());
    for (int i = 0; i < items.size(); i++) {
      ReceivedRequest encode = encodes.get(i);
      assertThat(encode.requestLine()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
      assertThat(encode.header("content-type")).startsWith("application/json");
      assertThat(encode.json())
          .isEqualTo(
              Json.parse(
                  "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
                      + items.get(i)
                      + "]}],\"max_tokens\":1,\"stream\":false}"));
      assertThat(encode.text()).contains(items.get(i));
    }
  }

  @Test
  void namesEachEncodeRequestAfterItsParentAndIndex() {
    String id = RouterUnderTest.newId();

    cluster.router().post(Requests.images(4), "X-Request-Id: " + id);

    List<String> ids = cluster.encodesOf(id).stream().map(ReceivedRequest::requestId).toList();
    assertThat(ids).hasSize(4).doesNotHaveDuplicates();
    for (int i = 0; i < 4; i++) {
      assertThat(ids.get(i)).matches(id + ":" + i + ":[0-9a-f]{6}");
    }
    assertThat(ids.stream().map(s -> s.substring(s.length() - 6)).distinct().count())
        .as("random parts of %s", ids)
        .isGreaterThan(1);
  }

  @Test
  void keepsEveryOtherMemberOfThePartByteForByte() {
    String item =
        "{ \"uuid\":\"u-1\" ,\"type\":\"image_url\","
            + " \"image_url\":{\"detail\":\"low\",\"url\":\"https:\\/\\/example.org\\/\\u00e9.png\",\"x\":1.0}}";
    String id = RouterUnderTest.newId();

    cluster.router().post(Requests.parts(List.of(item)), "X-Request-Id: " + id);

    assertThat(cluster.encodesOf(id))
        .hasSize(1)
        .first()
        .extracting(ReceivedRequest::text)
        .asString()
        .contains(item);
  }

  @Test
  void countsItemsOverAllMessagesInOrder() {
    String id = RouterUnderTest.newId();
    String body =
        "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief\"},"
            + "{\"role\":\"user\",\"content\":["
            + Requests.image("https://example.org/0")
            + "]},{\"role\":\"assistant\",\"content\":null},{\"role\":\"user\",\"content\":[\"bare"
            + " string\","
            + Requests.typelessImage("https://example.org/1")
            + ","
            + Requests.video("https://example.org/2")
            + "]}],\"model\":\"late/\\u0065nd\"}";

    RawResponse response = cluster.router().post(body, "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(200);
    List<ReceivedRequest> encodes = cluster.encodesOf(id);
    assertThat(encodes).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(encodes.get(i).text()).contains("https://example.org/" + i);
      assertThat(encodes.get(i).json().get("model").textValue()).isEqualTo("late/end");
      assertThat(onlyMessage(encodes.get(i)).get("role").textValue()).isEqualTo("user");
    }
  }

  @ParameterizedTest
  @MethodSource("typelessItems")
  void encodesPartsWithoutType(String item) {
    String id = RouterUnderTest.newId();

    RawResponse response =
        cluster.router().post(Requests.parts(List.of(item)), "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.encodesOf(id)).hasSize(1);
    assertThat(cluster.encodesOf(id).get(0).text()).contains(item);
  }

  static Stream<String> typelessItems() {
    return Stream.of(
        Requests.typelessImage("https://example.org/a.png"),
        "{\"image_url\":{\"url\":\"https://example.org/a.png\"}}",
        "{\"audio_url\":{\"url\":\"https://example.org/a.wav\"}}",
        "{\"video_url\":{\"url\":\"https://example.org/a.mp4\"},\"uuid\":\"u\"}",
        "{\"input_audio\":{\"data\":\"UklGRg==\",\"format\":\"wav\"}}");
  }

  @ParameterizedTest
  @MethodSource("partsThatAreNotMedia")
  void doesNotEncode(String part) {
    String id = RouterUnderTest.newId();

    RawResponse response =
        cluster.router().post(Requests.parts(List.of(part)), "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.encodesOf(id)).isEmpty();
    assertThat(cluster.decode().chatsOf(id)).hasSize(1);
    assertThat(cluster.decode().chatsOf(id).get(0).text()).contains(part);
  }

  static Stream<String> partsThatAreNotMedia() {
    return Stream.of(
        Requests.textPart("image_url"),
        "\"a bare string\"",
        "{\"type\":\"image_embeds\",\"image_embeds\":\"QUJD\"}",
        "{\"type\":\"audio_embeds\",\"audio_embeds\":\"QUJD\"}",
        "{\"type\":\"refusal\",\"refusal\":\"no\"}",
        "{\"type\":\"x_unknown\",\"x_unknown\":{\"image_url\":\"https://example.org/a.png\"}}",
        "{\"text\":\"without type\"}");
  }

  @Test
  void skipsEncodeWithoutMedia() {
    String id = RouterUnderTest.newId();

    RawResponse response = cluster.router().post(Requests.text(), "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.encodesOf(id)).isEmpty();
    assertThat(cluster.prefill().chatsOf(id)).hasSize(1);
    assertThat(cluster.decode().chatsOf(id)).hasSize(1);
  }

  @Test
  void doesNotTakeMembersOutsideOfMessagesForMedia() {
    String id = RouterUnderTest.newId();

    RawResponse response =
        cluster
            .router()
            .post(
                Requests.text(
                    "\"metadata\":{\"messages\":[{\"content\":["
                        + Requests.image("https://example.org/a.png")
                        + "]}]}",
                    "\"content\":[" + Requests.image("https://example.org/b.png") + "]"),
                "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.encodesOf(id)).isEmpty();
    assertThat(cluster.decode().chatsOf(id)).hasSize(1);
  }

  @Test
  void encodesTheSameItemAsOftenAsItStands() {
    String id = RouterUnderTest.newId();
    String item = Requests.image("https://example.org/a.png");

    cluster.router().post(Requests.parts(List.of(item, item)), "X-Request-Id: " + id);

    assertThat(cluster.encodesOf(id)).hasSize(2);
  }

  @Test
  void hasAllEncodeRequestsInFlightAtOnce() {
    int items = 8;
    CountDownLatch allThere = new CountDownLatch(items);
    cluster
        .stage("encode")
        .forEach(
            w ->
                w.onChat(
                    (request, to) -> {
                      allThere.countDown();
                      to.await(allThere).json(200, "{}");
                    }));

    RawResponse response = cluster.router().post(Requests.images(items));

    assertThat(response.status()).isEqualTo(200);
    assertThat(allThere.getCount()).isZero();
  }

  @Test
  void startsPrefillOnlyWhenEveryEncodeHasAnswered() {
    String id = RouterUnderTest.newId();
    CountDownLatch last = new CountDownLatch(1);
    cluster
        .stage("encode")
        .forEach(
            w ->
                w.onChat(
                    (request, to) -> {
                      if (request.requestId().startsWith(id + ":1:")) {
                        to.await(last);
                      }
                      to.json(200, "{}");
                    }));

    CompletableFuture<RawResponse> response =
        CompletableFuture.supplyAsync(
            () -> cluster.router().post(Requests.images(3), "X-Request-Id: " + id));
    Eventually.holds("three encodes", () -> cluster.encodesOf(id).size() == 3);
    cluster.sentinel();
    assertThat(cluster.prefill().chatsOf(id)).isEmpty();
    long released = System.nanoTime();
    last.countDown();

    assertThat(response.join().status()).isEqualTo(200);
    assertThat(cluster.prefill().awaitChatOf(id).arrivedNanos()).isGreaterThan(released);
    assertThat(cluster.decode().awaitChatOf(id).arrivedNanos())
        .isGreaterThan(cluster.prefill().awaitChatOf(id).arrivedNanos());
  }

  @Test
  void movesTheCursorOnAcrossRequests() {
    List<Integer> order = new ArrayList<>();

    for (int i = 0; i < 9; i++) {
      String id = RouterUnderTest.newId();
      cluster.router().post(Requests.images(1), "X-Request-Id: " + id);
      order.add(
          IntStream.range(0, 3)
              .filter(w -> !cluster.encode(w).chatsOf(id).isEmpty())
              .findFirst()
              .orElseThrow());
    }

    for (int i = 1; i < order.size(); i++) {
      assertThat(order.get(i)).as("order %s", order).isEqualTo((order.get(i - 1) + 1) % 3);
    }
  }

  @Test
  void spreadsTheItemsOfOneRequestEvenly() {
    String id = RouterUnderTest.newId();

    cluster.router().post(Requests.images(6), "X-Request-Id: " + id);

    assertThat(cluster.stage("encode")).allSatisfy(w -> assertThat(w.chatsOf(id)).hasSize(2));
  }

  @Test
  void passesTraceHeadersToEveryStage() {
    String id = RouterUnderTest.newId();
    String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    cluster
        .router()
        .post(
            Requests.images(2),
            "X-Request-Id: " + id,
            "traceparent: " + parent,
            "tracestate: a=1,b=2");

    List<ReceivedRequest> all = new ArrayList<>(cluster.encodesOf(id));
    all.addAll(cluster.prefill().chatsOf(id));
    all.addAll(cluster.decode().chatsOf(id));
    assertThat(all).hasSize(4);
    assertThat(all)
        .allSatisfy(
            r -> {
              // The trace goes on, though a tracing router may name itself as the parent.
              assertThat(r.header("traceparent")).startsWith(parent.substring(0, 35));
              assertThat(r.header("tracestate")).contains("a=1,b=2");
            });
  }

  @ParameterizedTest
  @CsvSource({"8,8", "1,1", "'',"})
  void capsTokensAsConfigured(String setting, @Nullable Integer maxTokens) {
    try (Cluster other = Cluster.start(1, 0, 1, "router.encode.max-tokens", setting)) {
      other.router().post(Requests.images(1));

      JsonNode encode = other.encode().chats().get(0).json();
      if (maxTokens == null) {
        assertThat(encode.fieldNames())
            .toIterable()
            .containsExactlyInAnyOrder("model", "messages", "stream");
      } else {
        assertThat(encode.get("max_tokens").intValue()).isEqualTo(maxTokens);
      }
    }
  }

  private static JsonNode onlyMessage(ReceivedRequest request) {
    JsonNode messages = request.json().get("messages");
    assertThat(messages).hasSize(1);
    return messages.get(0);
  }
}
