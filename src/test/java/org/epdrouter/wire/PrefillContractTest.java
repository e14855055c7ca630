package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Json;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a prefill worker gets: the client's members, told to stop after one token and to keep its
 * blocks.
 */
final class PrefillContractTest {
  private static final String REMOTE_DECODE =
      "{\"do_remote_decode\":true,\"do_remote_prefill\":false,\"remote_engine_id\":null,"
          + "\"remote_block_ids\":null,\"remote_host\":null,\"remote_port\":null}";

  @RegisterExtension private static final Cluster cluster = Cluster.shared(1, 1, 1);

  @Test
  void setsWhatPrefillNeedsOnABareRequest() {
    ReceivedRequest prefill = prefillOf(Requests.text());

    assertThat(prefill.json())
        .isEqualTo(
            Json.parse(
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                    + "\"stream\":false,\"max_tokens\":1,\"kv_transfer_params\":"
                    + REMOTE_DECODE
                    + "}"));
  }

  @Test
  void replacesAndRemovesWhatTheClientSent() {
    ReceivedRequest prefill =
        prefillOf(
            Requests.text(
                "\"stream\":true",
                "\"stream_options\":{\"include_usage\":true}",
                "\"max_tokens\":500",
                "\"min_tokens\":20",
                "\"max_completion_tokens\":300",
                "\"seed\":7"));

    assertThat(prefill.json())
        .isEqualTo(
            Json.parse(
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                    + "\"stream\":false,\"max_tokens\":1,\"max_completion_tokens\":1,\"seed\":7,"
                    + "\"kv_transfer_params\":"
                    + REMOTE_DECODE
                    + "}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"stream\":null",
        "\"max_tokens\":null",
        "\"stream_options\":null",
        "\"min_tokens\":null",
        "\"str\\u0065am\":true",
        "\"max\\u005ftokens\":9",
        "\"min_tok\\u0065ns\":9"
      })
  void editsMembersHoweverTheyAreWritten(String member) {
    ReceivedRequest prefill = prefillOf(Requests.text(member, "\"last\":1"));

    JsonNode json = prefill.json();
    assertThat(json.get("stream").booleanValue()).isFalse();
    assertThat(json.get("max_tokens").intValue()).isEqualTo(1);
    assertThat(json.has("stream_options")).isFalse();
    assertThat(json.has("min_tokens")).isFalse();
    assertThat(json.get("last").intValue()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"max_completion_tokens\":64", "\"max_completion_tokens\":null"})
  void setsMaxCompletionTokensOnlyIfTheClientSentIt(String member) {
    JsonNode with = prefillOf(Requests.text(member)).json();
    JsonNode without = prefillOf(Requests.text()).json();

    assertThat(with.get("max_completion_tokens").intValue()).isEqualTo(1);
    assertThat(without.has("max_completion_tokens")).isFalse();
  }

  @Test
  void namesEveryMemberOnce() {
    String text =
        prefillOf(
                Requests.text(
                    "\"stream\":true",
                    "\"max_tokens\":5",
                    "\"max_completion_tokens\":5",
                    "\"min_tokens\":5"))
            .text();

    for (String name :
        List.of("stream", "max_tokens", "max_completion_tokens", "kv_transfer_params")) {
      assertThat(text.split("\"" + name + "\"", -1)).as(name + " in " + text).hasSize(2);
    }
  }

  @Test
  void leavesNestedMembersOfTheSameNameAlone() {
    String metadata =
        "\"metadata\":{\"stream\":true,\"max_tokens\":9,\"min_tokens\":3,\"stream_options\":{}}";

    ReceivedRequest prefill = prefillOf(Requests.text(metadata));

    assertThat(prefill.text()).contains(metadata);
  }

  @Test
  void keepsMembersItDoesNotEditByteForByte() {
    List<String> members =
        List.of(
            "\"temperature\":1.000000000000000005",
            "\"big\" : 123456789012345678901234567890",
            "\"exponent\":1e400",
            "\"negative\":-0",
            "\"text\":\"\\u00e9\\/é\\ud83d\\ude00 \u2028\"",
            "\"tools\":[{\"type\":\"function\", \"function\":{\"name\":\"f\",\"parameters\":{}}}]",
            "\"chat_template_kwargs\":{\"b\":2 ,\"a\":1}");

    String text = prefillOf(Requests.text(members.toArray(String[]::new))).text();

    assertThat(members).allSatisfy(m -> assertThat(text).contains(m));
  }

  @Test
  void sendsTheMediaToo() {
    String body = Requests.images(3);

    ReceivedRequest prefill = prefillOf(body);

    ObjectNode json = (ObjectNode) prefill.json();
    assertThat(json.get("messages")).isEqualTo(Json.parse(body).get("messages"));
  }

  @Test
  void sendsAWellFormedRequest() {
    String id = RouterUnderTest.newId();

    cluster.router().post(Requests.text(), "X-Request-Id: " + id);

    ReceivedRequest prefill = cluster.prefill().awaitChatOf(id);
    assertThat(prefill.requestLine()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
    assertThat(prefill.requestId()).isEqualTo(id);
    assertThat(prefill.header("content-type")).startsWith("application/json");
    assertThat(prefill.headerValues("host"))
        .containsExactly("127.0.0.1:" + cluster.prefill().port());
    assertThat(prefill.headerValues("x-request-id")).hasSize(1);
  }

  @Test
  void doesNotWaitForEncodeAnswersBodiesMeaning() {
    cluster.encode().onChat((request, to) -> to.answer("200 OK", "text/plain", new byte[0]));

    RawResponse response = cluster.router().post(Requests.images(1));

    assertThat(response.status()).isEqualTo(200);
  }

  @Test
  void startsDecodeOnlyWhenPrefillHasAnswered() {
    String id = RouterUnderTest.newId();
    CountDownLatch latch = new CountDownLatch(1);
    cluster
        .prefill()
        .onChat(
            (request, to) -> {
              if (request.requestId().equals(id)) {
                to.await(latch);
              }
              to.json(200, "{\"kv_transfer_params\":null}");
            });

    CompletableFuture<RawResponse> response =
        CompletableFuture.supplyAsync(
            () -> cluster.router().post(Requests.text(), "X-Request-Id: " + id));
    cluster.prefill().awaitChatOf(id);
    cluster.sentinel();
    assertThat(cluster.decode().chatsOf(id)).isEmpty();
    latch.countDown();

    assertThat(response.join().status()).isEqualTo(200);
    assertThat(cluster.decode().chatsOf(id)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"kv_transfer_params\":{\"remote_host\":\"evil.example\",\"remote_port\":1}",
        "\"ec_transfer_params\":{\"remote_host\":\"evil.example\",\"remote_port\":1}",
        "\"kv\\u005ftransfer_params\":{\"remote_host\":\"evil.example\"}"
      })
  void neverPassesOnTransferParamsOfTheClient(String member) {
    String id = RouterUnderTest.newId();

    RawResponse response = cluster.router().post(Requests.text(member), "X-Request-Id: " + id);

    assertThat(response.status()).isIn(200, 400);
    if (response.status() == 400) {
      assertThat(cluster.chats()).isEmpty();
      assertThat(response.json().get("error").get("type").textValue())
          .isEqualTo("invalid_request_error");
    } else {
      assertThat(cluster.prefill().awaitChatOf(id).text()).doesNotContain("evil.example");
      assertThat(cluster.decode().awaitChatOf(id).text()).doesNotContain("evil.example");
      assertThat(cluster.decode().awaitChatOf(id).text()).contains(Scripts.TRANSFER_PARAMS);
    }
  }

  private static ReceivedRequest prefillOf(String body) {
    String id = RouterUnderTest.newId();
    RawResponse response = cluster.router().post(body, "X-Request-Id: " + id);
    assertThat(response.status()).as("%s", response).isEqualTo(200);
    assertThat(cluster.prefill().chatsOf(id)).hasSize(1);
    return cluster.prefill().chatsOf(id).get(0);
  }
}
