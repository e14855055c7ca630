package org.epdrouter.stage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.Unpooled;
import java.nio.charset.Charset;
import java.util.function.Function;
import org.epdrouter.openai.ChatRequest;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.openai.SplicedBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NixlKvProtocolTest {
  private static final String ASKED =
      "\"kv_transfer_params\":{\"do_remote_decode\":true,\"do_remote_prefill\":false,"
          + "\"remote_engine_id\":null,\"remote_block_ids\":null,\"remote_host\":null,\"remote_port\":null}";
  private static final String NEEDED = "\"model\":\"m\", \"messages\":[],\"seed\" : 1e400";

  private final KvProtocol protocol = new NixlKvProtocol();

  @Test
  void asksPrefillForOneTokenAndItsBlocks() {
    assertThat(prefill("{" + NEEDED + "}"))
        .isEqualTo("{" + NEEDED + ",\"stream\":false,\"max_tokens\":1," + ASKED + "}");
  }

  @Test
  void editsWhatTheClientSentInItsPlace() {
    assertThat(
            prefill(
                "{\"min_tokens\":3,\"max_tokens\": 64 ,\"stream\":true,"
                    + " \"stream_options\":{\"include_usage\":true},\"max_completion_tokens\":32,"
                    + NEEDED
                    + "}"))
        .isEqualTo(
            "{\"max_tokens\": 1 ,\"stream\":false,\"max_completion_tokens\":1,"
                + NEEDED
                + ","
                + ASKED
                + "}");
    assertThat(prefill("{\"kv_transfer_params\":null," + NEEDED + "}"))
        .isEqualTo("{" + ASKED + "," + NEEDED + ",\"stream\":false,\"max_tokens\":1}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"remote_block_ids\" : [ 1,2 ] ,\"x\":{\"y\":1.0e5,\"z\":\"\\u00e9}\"}}",
        "{\"remote_host\":\"10.0.0.1\",\"a\":1,\"a\":2}",
        "[1]",
        "\"of one \\\" string\"",
        "-1.50e2"
      })
  void takesTheParamsByteForByte(String params) {
    byte[] answer =
        ("{\"id\":\"kv_transfer_params\",\"choices\":[{\"kv_transfer_params\":{\"no\":1}}],\"kv_transfer_params\""
                + " : "
                + params
                + " ,\"usage\":{}}")
            .getBytes(UTF_8);

    assertThat(protocol.transferParams(answer))
        .isEqualTo(new TransferParams(params.getBytes(UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"kv_transfer_params\":null}",
        "{\"kv_transfer_params\":{}}",
        "{\"kv_transfer_params\":{ \n}}",
        "{\"a\":{\"kv_transfer_params\":{\"b\":1}}}"
      })
  void findsNoParamsInAnAnswerWithoutThem(String answer) {
    assertThat(protocol.transferParams(answer.getBytes(UTF_8))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "<html>",
        "{\"kv_transfer_params\":{\"a\":1}",
        "{} {}",
        "{}x",
        "{\"kv_transfer_params\":{\"a\":NaN}}",
        "\ufeff{}"
      })
  void refusesAnAnswerThatIsNoObject(String answer) {
    OpenAiException failure =
        catchThrowableOfType(
            OpenAiException.class, () -> protocol.transferParams(answer.getBytes(UTF_8)));

    assertThat(failure.status()).isEqualTo(502);
    assertThat(failure.fromWorker()).isFalse();
    assertThat(new String(failure.body(), UTF_8))
        .contains("\"type\":\"server_error\",\"param\":null,\"code\":\"worker_failed\"");
  }

  @Test
  void refusesAnAnswerInAnotherEncoding() {
    byte[] answer = "{\"kv_transfer_params\":{\"a\":1}}".getBytes(Charset.forName("UTF-16LE"));

    OpenAiException failure =
        catchThrowableOfType(OpenAiException.class, () -> protocol.transferParams(answer));

    assertThat(failure.status()).isEqualTo(502);
  }

  @Test
  void sendsDecodeTheClientsBytesIfThereAreNoParams() {
    String body = "{" + NEEDED + ",\"stream\":true ,\"min_tokens\":3}\n";

    assertThat(decode(body, null)).isEqualTo(body);
  }

  @Test
  void addsTheParamsForDecode() {
    assertThat(decode("{" + NEEDED + ",\"stream\":true }", "{\"a\": 1}"))
        .isEqualTo("{" + NEEDED + ",\"stream\":true ,\"kv_transfer_params\":{\"a\": 1}}");
    assertThat(decode("{\"kv_transfer_params\":null," + NEEDED + "}", "{\"a\":1}"))
        .isEqualTo("{\"kv_transfer_params\":{\"a\":1}," + NEEDED + "}");
  }

  @Test
  void doesNotShowTheParams() {
    assertThat(new TransferParams("{\"remote_host\":1}".getBytes(UTF_8)))
        .hasToString("TransferParams[17 bytes]");
  }

  private String prefill(String body) {
    return apply(body, protocol::prefill);
  }

  private String decode(String body, String params) {
    return apply(
        body,
        chat ->
            protocol.decode(
                chat, params == null ? null : new TransferParams(params.getBytes(UTF_8))));
  }

  private static String apply(String body, Function<ChatRequest, SplicedBody> stage) {
    ChatRequest chat = ChatRequest.parse(Unpooled.copiedBuffer(body, UTF_8));
    byte[] bytes = stage.apply(chat).toBytes();
    chat.release();
    return new String(bytes, UTF_8);
  }
}
