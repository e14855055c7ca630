package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Json;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a decode worker gets, and that its answer reaches the client as it came. */
final class DecodeContractTest {
  @RegisterExtension private static final Cluster cluster = Cluster.shared(1, 1, 1);

  @ParameterizedTest
  @MethodSource("bodies")
  void getsTheClientsBytesAndTheParamsOfPrefillByteForByte(String body) {
    ReceivedRequest decode = decodeOf(body);

    assertThat(decode.requestLine()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
    assertThat(decode.header("content-type")).startsWith("application/json");
    assertThat(decode.text()).contains(Scripts.TRANSFER_PARAMS);
    assertThat(withoutParams(decode.text(), Scripts.TRANSFER_PARAMS)).isEqualTo(body);
    assertThat(Json.parse(decode.text()).get("kv_transfer_params").get("remote_host").textValue())
        .isEqualTo("10.0.0.7");
  }

  static Stream<String> bodies() {
    return Stream.of(
        Requests.text(),
        Requests.streamed(),
        Requests.images(2),
        Requests.text(
            "\"max_tokens\" : 500",
            "\"stream_options\":{\"include_usage\":true}",
            "\"min_tokens\":1",
            "\"temperature\":1.000000000000000005",
            "\"x\":[1e400,-0,\"\\u00e9\\/é\\ud83d\\ude00\"]"),
        " \n"
            + "{\"stream\" :true,\t\"messages\": [ { \"content\" : \"é\" , \"role\":\"user\" } ] ,"
            + " \"model\":\"m\" }\r\n"
            + " ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"p\",\"choices\":[]}",
        "{\"id\":\"p\",\"kv_transfer_params\":null}",
        "{\"id\":\"p\",\"kv_transfer_params\":{}}",
        "{\"id\":\"p\",\"kv_transfer_params\": { \n} }"
      })
  void getsTheClientsBytesAloneWhenPrefillGaveNoParams(String answer) {
    cluster.prefill().onChat((request, to) -> to.json(200, answer));
    String body = Requests.images(1, "\"stream\":true", "\"max_tokens\":9");

    assertThat(decodeOf(body).body()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void takesParamsFromTheTopLevelOnly() {
    cluster
        .prefill()
        .onChat(
            (request, to) ->
                to.json(200, "{\"usage\":{\"kv_transfer_params\":{\"a\":1}},\"choices\":[]}"));

    assertThat(decodeOf(Requests.text()).text()).isEqualTo(Requests.text());
  }

  @Test
  void takesParamsOfAnyShapeAndSizeAsTheyCame() {
    String params =
        "{\"remote_block_ids\":[" + "1,".repeat(20_000) + "2],\"future\":\"\\\"}]{[\",\"é\":{}}";
    cluster.prefill().onChat(Scripts.prefillWith(params));

    ReceivedRequest decode = decodeOf(Requests.text());

    assertThat(withoutParams(decode.text(), params)).isEqualTo(Requests.text());
  }

  @Test
  void takesParamsFromAChunkedAnswerOfPrefill() {
    String params = "{\"remote_host\":\"é\"}";
    cluster
        .prefill()
        .onChat(
            (request, to) -> {
              byte[] all =
                  ("{\"kv_transfer_params\":" + params + "}").getBytes(StandardCharsets.UTF_8);
              to.head("200 OK", "content-type: application/json", "transfer-encoding: chunked");
              for (byte b : all) {
                to.chunk(new byte[] {b});
              }
              to.endChunks();
            });

    assertThat(withoutParams(decodeOf(Requests.text()).text(), params)).isEqualTo(Requests.text());
  }

  @Test
  void carriesTheParentsId() {
    String id = RouterUnderTest.newId();

    cluster.router().post(Requests.images(2), "X-Request-Id: " + id);

    assertThat(cluster.decode().chatsOf(id))
        .hasSize(1)
        .allSatisfy(r -> assertThat(r.headerValues("x-request-id")).containsExactly(id));
  }

  @Test
  void answersWithDecodesBytesAndContentLength() {
    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.reason()).isEqualTo("OK");
    assertThat(response.text()).isEqualTo(Scripts.COMPLETION);
    assertThat(response.header("content-type")).isEqualTo("application/json");
    assertThat(response.header("content-length"))
        .isEqualTo("" + Scripts.COMPLETION.getBytes(StandardCharsets.UTF_8).length);
    assertThat(response.header("transfer-encoding")).isNull();
  }

  @Test
  void passesContentTypeAndBodyOfAnyKind() {
    byte[] body = new byte[256];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) i;
    }
    cluster
        .decode()
        .onChat((request, to) -> to.answer("200 OK", "Application/X-Odd; a=\"b c\"", body));

    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-type")).isEqualTo("Application/X-Odd; a=\"b c\"");
    assertThat(response.body()).isEqualTo(body);
  }

  @Test
  void givesAChunkedJsonAnswerItsContentLength() {
    cluster
        .decode()
        .onChat(
            (request, to) ->
                to.head("200 OK", "content-type: application/json", "transfer-encoding: chunked")
                    .chunk("{\"a\":")
                    .chunk("1}")
                    .endChunks());

    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.text()).isEqualTo("{\"a\":1}");
    assertThat(response.header("content-length")).isEqualTo("7");
  }

  @Test
  void givesAJsonAnswerThatEndsWithTheConnectionItsContentLength() {
    cluster
        .decode()
        .onChat(
            (request, to) ->
                to.head("200 OK", "content-type: application/json", "connection: close")
                    .write("{\"a\":1}")
                    .close());

    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.text()).isEqualTo("{\"a\":1}");
    assertThat(response.header("content-length")).isEqualTo("7");
  }

  @Test
  void passesAnAnswerOfManyMegabytes() {
    byte[] body = ("{\"x\":\"" + "é".repeat(4 << 20) + "\"}").getBytes(StandardCharsets.UTF_8);
    cluster.decode().onChat((request, to) -> to.answer("200 OK", "application/json", body));

    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-length")).isEqualTo("" + body.length);
    assertThat(response.body()).isEqualTo(body);
  }

  @Test
  void passesAnEmptyAnswer() {
    cluster.decode().onChat((request, to) -> to.answer("200 OK", "application/json", new byte[0]));

    RawResponse response = cluster.router().post(Requests.text());

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(response.header("content-length")).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void saysNothingBeforeDecodesStatusIsKnown(boolean streamed) {
    CountDownLatch latch = new CountDownLatch(1);
    cluster.decode().onChat((request, to) -> to.await(latch).json(418, "{\"error\":{}}"));

    try (RawClient client = cluster.router().connect()) {
      client.post(streamed ? Requests.streamed() : Requests.text());
      cluster.decode().awaitChat(0);
      latch.countDown();
      RawResponse response = client.read();

      assertThat(response.status()).isEqualTo(418);
      assertThat(response.text()).isEqualTo("{\"error\":{}}");
    }
  }

  @Test
  void letsManyRequestsOverlap() {
    int requests = 50;
    CountDownLatch all = new CountDownLatch(requests);
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              all.countDown();
              to.await(all).json(200, "{\"id\":\"" + request.requestId() + "\"}");
            });

    List<CompletableFuture<RawResponse>> responses =
        Stream.generate(RouterUnderTest::newId)
            .limit(requests)
            .map(
                id ->
                    CompletableFuture.supplyAsync(
                        () -> cluster.router().post(Requests.text(), "X-Request-Id: " + id),
                        command -> new Thread(command).start()))
            .toList();

    for (CompletableFuture<RawResponse> future : responses) {
      RawResponse response = future.join();
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.json().get("id").textValue()).isEqualTo(response.header("x-request-id"));
    }
  }

  /** The text with the member `kv_transfer_params` and one of the commas beside it taken out. */
  static String withoutParams(String text, String params) {
    String member = "\"kv_transfer_params\":" + params;
    assertThat(text.split(java.util.regex.Pattern.quote(member), -1)).as(text).hasSize(2);
    return text.contains("," + member)
        ? text.replace("," + member, "")
        : text.replace(member + ",", "");
  }

  private static ReceivedRequest decodeOf(String body) {
    String id = RouterUnderTest.newId();
    RawResponse response = cluster.router().post(body, "X-Request-Id: " + id);
    assertThat(response.status()).as("%s", response).isEqualTo(200);
    assertThat(cluster.decode().chatsOf(id)).hasSize(1);
    return cluster.decode().chatsOf(id).get(0);
  }
}
