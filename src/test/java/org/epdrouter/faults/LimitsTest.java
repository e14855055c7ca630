package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that take too long or send too much lose, and nobody else does. */
final class LimitsTest {
  private static final int MAX_BODY = 1_000_000;
  private static final int MAX_HEADER = 64 << 10;
  private static final int MAX_URI = 4 << 10;

  @RegisterExtension
  private static final Cluster cluster =
      Cluster.shared(
          0,
          0,
          1,
          "router.header-timeout",
          "500ms",
          "router.body-timeout",
          "500ms",
          "router.client-idle-timeout",
          "500ms",
          "router.max-body",
          "" + MAX_BODY,
          "router.max-header",
          "64KB",
          "router.max-uri",
          "4KB");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "P",
        "POST /v1/chat/completions HTTP/1.1\r\n",
        "POST /v1/chat/completions HTTP/1.1\r\nHost: router\r\nX-A: 1",
        "POST /v1/chat/completions HTTP/1.1\r\nHost: router\r\nContent-Length: 3\r\n"
      })
  void closesWhenTheHeadDoesNotCome(String part) {
    try (RawClient client = cluster.router().connect()) {
      client.send(part);

      String answer = client.readUntilClose();

      assertThat(answer).matches("(?s)|HTTP/1\\.1 408 .*");
    }
    assertThat(cluster.chats()).isEmpty();
  }

  @Test
  void closesWhenTheHeadDripsForever() {
    try (RawClient client = cluster.router().connect()) {
      client.send("GET /health HTTP/1.1\r\nHost: router\r\nX-A: ");
      // A byte about every half millisecond, for far longer than the header may take.
      assertThat(Eventually.within(Eventually.DEADLINE, () -> !client.trySend(new byte[] {'a'})))
          .as("connection was closed")
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void answers408WhenTheBodyDoesNotCome(boolean chunked) {
    try (RawClient client = cluster.router().connect()) {
      client.send(
          Requests.head(
              "POST /v1/chat/completions HTTP/1.1",
              "Content-Type: application/json",
              chunked ? "Transfer-Encoding: chunked" : "Content-Length: 100"));
      client.send(chunked ? "5\r\n{\"mod" : "{\"mod");

      RawResponse response = client.read();

      assertThat(response.status()).isEqualTo(408);
      assertThat(response.json().get("error").get("code").isTextual()).isTrue();
      client.readUntilClose();
    }
    assertThat(cluster.chats()).isEmpty();
  }

  @Test
  void closesIdleConnections() {
    try (RawClient client = cluster.router().connect()) {
      assertThat(client.post(Requests.text()).read().status()).isEqualTo(200);

      assertThat(client.readUntilClose()).isEmpty();
    }
  }

  @Test
  void doesNotTakeAStreamThatIsSilentForAnIdleConnection() {
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents().event("1");
              assertThat(Eventually.within(Duration.ofMillis(1200), () -> false)).isFalse();
              to.event("[DONE]").endChunks();
            });

    RawResponse response = cluster.router().post(Requests.streamed());

    assertThat(response.chunkTexts()).containsExactly("data: 1\n\n", "data: [DONE]\n\n");
    assertThat(response.isComplete()).isTrue();
  }

  @Test
  void letsGoOfAClientThatReadsNothing() {
    byte[] event = ("data: " + "x".repeat(1 << 16) + "\n\n").getBytes(StandardCharsets.UTF_8);
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              to.startEvents();
              while (!request.isDisconnected()) {
                to.chunk(event);
              }
            });

    try (RawClient client = RawClient.connect(cluster.router().port(), 1 << 14)) {
      client.post(Requests.streamed()).readHead();

      assertThat(cluster.decode().awaitChat(0).awaitDisconnect()).isPositive();
    }
  }

  @Test
  void servesAHealthyClientBeside1000IdleOnes() {
    List<RawClient> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        idle.add(cluster.router().connect());
      }
      for (int i = 0; i < 20; i++) {
        assertThat(cluster.router().post(Requests.text()).status()).isEqualTo(200);
      }
      for (RawClient client : idle) {
        client.readUntilClose();
      }
    } finally {
      idle.forEach(RawClient::close);
    }
  }

  @Test
  void takesABodyOfTheLimit() {
    byte[] body = bodyOf(MAX_BODY);

    assertThat(cluster.router().post(Requests.CHAT_PATH, body).status()).isEqualTo(200);
    assertThat(cluster.router().send(Requests.postChunked(Requests.CHAT_PATH, body, 9000)).status())
        .isEqualTo(200);
    assertThat(cluster.decode().chats()).allSatisfy(r -> assertThat(r.body()).isEqualTo(body));
  }

  @Test
  void answers413ToABodyOfOneByteMore() {
    byte[] body = bodyOf(MAX_BODY + 1);

    for (byte[] request :
        List.of(
            Requests.post(Requests.CHAT_PATH, body),
            Requests.postChunked(Requests.CHAT_PATH, body, 9000))) {
      RawResponse response = cluster.router().send(request);

      assertThat(response.status()).isEqualTo(413);
      assertThat(response.json().get("error").get("code").textValue()).isEqualTo("body_too_large");
      assertThat(response.json().get("error").get("message").textValue())
          .contains("router.max-body");
    }
    assertThat(cluster.chats()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lets413BeReadByAClientThatStillSends(boolean chunked) throws Exception {
    byte[] body = bodyOf(8 * MAX_BODY);
    byte[] request =
        chunked
            ? Requests.postChunked(Requests.CHAT_PATH, body, 60_000)
            : Requests.post(Requests.CHAT_PATH, body);
    try (RawClient client = cluster.router().connect()) {
      CompletableFuture<Boolean> sending =
          CompletableFuture.supplyAsync(() -> client.trySend(request));
      RawResponse response = client.read();

      assertThat(response.status()).isEqualTo(413);
      assertThat(response.isComplete()).isTrue();
      client.readUntilClose();
      sending.get(10, java.util.concurrent.TimeUnit.SECONDS);
    }
  }

  @Test
  void answers413InsteadOfContinue() {
    try (RawClient client = cluster.router().connect()) {
      client.send(
          Requests.head(
              "POST /v1/chat/completions HTTP/1.1",
              "Content-Length: " + (MAX_BODY + 1),
              "Expect: 100-continue"));
      RawResponse response = client.read();

      assertThat(response.informational()).isEmpty();
      assertThat(response.status()).isIn(413, 417);
    }
  }

  @Test
  void takesHeadersUpToTheLimit() {
    assertThat(
            cluster
                .router()
                .post(Requests.text(), "X-Big: " + "a".repeat(MAX_HEADER - 1000))
                .status())
        .isEqualTo(200);
  }

  @Test
  void answers431ToMore() {
    RawResponse big =
        cluster.router().post(Requests.text(), "X-Big: " + "a".repeat(MAX_HEADER + 1));
    String[] many = new String[20_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = "a" + i + ":";
    }
    RawResponse small = cluster.router().post(Requests.text(), many);

    for (RawResponse response : List.of(big, small)) {
      assertThat(response.status()).isEqualTo(431);
      assertThat(response.json().get("error").get("code").textValue())
          .isEqualTo("header_too_large");
    }
    assertThat(cluster.chats()).isEmpty();
  }

  @Test
  void answers414ToALongTarget() {
    String target = "/v1/chat/completions?" + "a".repeat(MAX_URI);

    RawResponse response =
        cluster.router().post(target, Requests.text().getBytes(StandardCharsets.UTF_8));

    assertThat(response.status()).isEqualTo(414);
    assertThat(response.json().get("error").get("code").textValue()).isEqualTo("uri_too_long");
    assertThat(cluster.chats()).isEmpty();
  }

  @Test
  void takesNoCompressedBodies() {
    RawResponse response = cluster.router().post(Requests.text(), "Content-Encoding: gzip");

    assertThat(response.status()).isEqualTo(415);
    assertThat(cluster.chats()).isEmpty();
  }

  @Test
  void answersOrForwardsStrangeJsonInNoTime() {
    StringBuilder keys = new StringBuilder();
    for (int i = 0; i < 80_000; i++) {
      keys.append("\"").append(i).append("\":0,");
    }
    for (String body :
        List.of(
            "[".repeat(500_000),
            "{\"a\":".repeat(100_000),
            Requests.text("\"deep\":" + "[".repeat(100_000) + "]".repeat(100_000)),
            Requests.text(keys + "\"last\":1"),
            Requests.text("\"number\":" + "9".repeat(900_000)),
            Requests.text("\"string\":\"" + "9".repeat(900_000) + "\""),
            Requests.text("\"" + "k".repeat(900_000) + "\":1"))) {
      long start = System.nanoTime();
      RawResponse response = cluster.router().post(body);
      Duration took = Duration.ofNanos(System.nanoTime() - start);

      assertThat(response.status()).as(body.substring(0, 20)).isIn(200, 400);
      assertThat(took).isLessThan(Duration.ofSeconds(5));
    }
  }

  private static byte[] bodyOf(int length) {
    String body = Requests.text("\"pad\":\"\"");
    return body.replace("\"pad\":\"\"", "\"pad\":\"" + "x".repeat(length - body.length()) + "\"")
        .getBytes(StandardCharsets.UTF_8);
  }
}
