package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a body comes in, the workers get its bytes. */
final class RequestBodyTest {
  @RegisterExtension
  private static final Cluster cluster = Cluster.shared(1, 1, 1, "router.max-body", "256MB");

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 100_000})
  void takesChunkedBodies(int size) {
    String body = Requests.images(2, "\"user\":\"é😀\"");

    RawResponse response =
        cluster
            .router()
            .send(
                Requests.postChunked(
                    Requests.CHAT_PATH, body.getBytes(StandardCharsets.UTF_8), size));

    assertThat(response.status()).isEqualTo(200);
    ReceivedRequest decode = cluster.decode().chats().get(0);
    assertThat(DecodeContractTest.withoutParams(decode.text(), Scripts.TRANSFER_PARAMS))
        .isEqualTo(body);
    assertThat(cluster.encode().chats()).hasSize(2);
  }

  @Test
  void takesABodyByteByByte() {
    byte[] request =
        Requests.post(Requests.CHAT_PATH, Requests.images(1).getBytes(StandardCharsets.UTF_8));

    try (RawClient client = cluster.router().connect()) {
      for (byte b : request) {
        client.send(new byte[] {b});
      }

      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void sendsContinueToAClientThatWaitsForIt() {
    byte[] body = Requests.text().getBytes(StandardCharsets.UTF_8);
    try (RawClient client = cluster.router().connect()) {
      client.send(
          Requests.head(
              "POST /v1/chat/completions HTTP/1.1",
              "Content-Type: application/json",
              "Content-Length: " + body.length,
              "Expect: 100-continue"));
      assertThat(client.readInterim()).isEqualTo(100);
      RawResponse response = client.send(body).read();

      assertThat(response.status()).isEqualTo(200);
      assertThat(response.informational()).isEmpty();
      assertThat(cluster.decode().chats().get(0).headerValues("expect")).isEmpty();
    }
  }

  @Test
  void takesABodyThatDoesNotWaitForContinue() {
    RawResponse response =
        cluster
            .router()
            .send(
                Requests.post(
                    Requests.CHAT_PATH,
                    Requests.text().getBytes(StandardCharsets.UTF_8),
                    "Expect: 100-continue"));

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.decode().chats()).hasSize(1);
  }

  @Test
  void carriesAnInlineImageOf30Megabytes() {
    String start = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[";
    byte[] item = Requests.inlineImage(30 << 20).getBytes(StandardCharsets.UTF_8);
    byte[] body = joined(start, item, "]}],\"stream\":true}");
    String id = RouterUnderTest.newId();

    RawResponse response = cluster.router().post(Requests.CHAT_PATH, body, "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.chunks()).hasSize(Scripts.EVENTS.size());
    assertContains(cluster.encode().awaitChatOf(id), item);
    assertContains(cluster.prefill().awaitChatOf(id), item);
    assertContains(cluster.decode().awaitChatOf(id), item);
    assertThat(cluster.encode().awaitChatOf(id).body().length).isLessThan(item.length + 200);
    assertThat(cluster.decode().awaitChatOf(id).body().length)
        .isEqualTo(
            body.length
                + ",\"kv_transfer_params\":".length()
                + Scripts.TRANSFER_PARAMS.getBytes(StandardCharsets.UTF_8).length);
  }

  @Test
  void keepsUnicodeAndEscapesAsTheyCame() {
    String body =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ud83d\\ude00 😀 \u2028"
            + " \\u0000 \\/ é \\u00e9\"}]}";

    cluster.router().post(body);

    assertThat(
            DecodeContractTest.withoutParams(
                cluster.decode().chats().get(0).text(), Scripts.TRANSFER_PARAMS))
        .isEqualTo(body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/json; charset=utf-8",
        "application/x-www-form-urlencoded"
      })
  void readsTheBodyAsJsonWhateverTheClientCallsIt(String type) {
    String body = Requests.text("\"x\":\"a=b&c=d%20+\"");

    RawResponse response =
        cluster
            .router()
            .send(
                Requests.post(
                    Requests.CHAT_PATH,
                    body.getBytes(StandardCharsets.UTF_8),
                    "Content-Type: " + type));

    assertThat(response.status()).isIn(200, 415);
    if (response.status() == 200) {
      assertThat(
              DecodeContractTest.withoutParams(
                  cluster.decode().chats().get(0).text(), Scripts.TRANSFER_PARAMS))
          .isEqualTo(body);
    }
  }

  /** Whether the item stands in the body once, compared without a copy of either. */
  private static void assertContains(ReceivedRequest request, byte[] item) {
    byte[] body = request.body();
    int from = 0;
    while (from + item.length <= body.length
        && !Arrays.equals(body, from, from + item.length, item, 0, item.length)) {
      from++;
    }
    assertThat(from + item.length)
        .as("item of %s bytes in a body of %s", item.length, body.length)
        .isLessThanOrEqualTo(body.length);
  }

  private static byte[] joined(String start, byte[] middle, String end) {
    byte[] all = new byte[start.length() + middle.length + end.length()];
    System.arraycopy(start.getBytes(StandardCharsets.US_ASCII), 0, all, 0, start.length());
    System.arraycopy(middle, 0, all, start.length(), middle.length);
    System.arraycopy(
        end.getBytes(StandardCharsets.US_ASCII), 0, all, all.length - end.length(), end.length());
    return all;
  }
}
