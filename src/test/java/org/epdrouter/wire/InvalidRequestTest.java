package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is not a chat request is refused with an OpenAI error object before any worker hears of it.
 */
final class InvalidRequestTest {
  @RegisterExtension private static final Cluster cluster = Cluster.shared(1, 1, 1);

  @ParameterizedTest
  @MethodSource("invalidBodies")
  void refuses(String what, byte[] body) {
    RawResponse response = cluster.router().post(Requests.CHAT_PATH, body);

    assertThat(response.status()).as("%s: %s", what, response).isEqualTo(400);
    assertThat(response.header("content-type")).startsWith("application/json");
    assertThat(response.json().get("error").get("type").textValue())
        .isEqualTo("invalid_request_error");
    assertThat(response.json().get("error").get("code").textValue())
        .isIn("invalid_json", "invalid_request");
    assertThat(response.json().get("error").get("message").textValue()).isNotBlank();
    assertThat(response.json().get("error").has("param")).isTrue();
    assertThat(cluster.chats()).isEmpty();
  }

  static Stream<Arguments> invalidBodies() {
    return Stream.of(
            "",
            " ",
            "{",
            "[]",
            "null",
            "1",
            "\"text\"",
            Requests.text() + "x",
            Requests.text() + Requests.text(),
            Requests.text().replace("\"model\"", "model"),
            Requests.text("\"a\":tru"),
            Requests.text("\"a\":01"),
            Requests.text("\"a\":\"\u0001\""),
            Requests.text("\"a\":\"\\x\""),
            Requests.text("\"model\":\"other\""),
            Requests.text("\"mod\\u0065l\":\"other\""),
            Requests.text("\"stream\":true", "\"stream\":false"),
            Requests.text("\"messages\":[]"),
            "{\"model\":\"m\",\"messages\":" + "[".repeat(100_000))
        .map(
            body ->
                Arguments.of(
                    body.substring(0, Math.min(60, body.length())),
                    body.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @MethodSource("badBytes")
  void refusesBytesThatAreNotUtf8(byte[] bytes) {
    byte[] head =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\""
            .getBytes(StandardCharsets.UTF_8);
    byte[] tail = "\"}]}".getBytes(StandardCharsets.UTF_8);

    RawResponse response =
        cluster
            .router()
            .post(Requests.CHAT_PATH, Requests.concat(Requests.concat(head, bytes), tail));

    assertThat(response.status()).isEqualTo(400);
    assertThat(cluster.chats()).isEmpty();
  }

  static Stream<byte[]> badBytes() {
    return Stream.of(
        new byte[] {(byte) 0xff},
        new byte[] {(byte) 0x80},
        new byte[] {(byte) 0xc0, (byte) 0xaf},
        new byte[] {(byte) 0xe0, (byte) 0x80, (byte) 0xaf},
        new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
        new byte[] {(byte) 0xe2, (byte) 0x82});
  }

  @Test
  void leavesTheConnectionUsable() {
    try (RawClient client = cluster.router().connect()) {
      assertThat(client.post("{").read().status()).isEqualTo(400);
      assertThat(client.post(Requests.text()).read().status()).isEqualTo(200);
    }
  }

  @Test
  void neverShowsItsInsides() {
    RawResponse response = cluster.router().post("{\"model\":");

    assertThat(response.text())
        .doesNotContain("Exception")
        .doesNotContain("com.fasterxml")
        .doesNotContain("at org.")
        .doesNotContain("ByteBuf");
  }
}
