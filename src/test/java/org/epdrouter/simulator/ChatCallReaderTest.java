package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatCallReaderTest {

  @Test
  void hashesTheUrlOfEveryMediaPart() {
    ChatCall call =
        read(
            Bodies.chat(
                Bodies.CAT
                    + ",{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"UklGRg==\",\"format\":\"wav\"}}"
                    + ",{\"type\":\"video_url\",\"video_url\":{\"url\":\"file:///v.mp4\"}}"
                    + ",{\"type\":\"audio_url\",\"audio_url\":{\"url\":\"file:///a.wav\"}}"));

    assertThat(call.items())
        .containsExactly(
            new MediaItem("image_url", ContentHash.of("https://example.org/cat.png")),
            new MediaItem("input_audio", ContentHash.of("UklGRg==")),
            new MediaItem("video_url", ContentHash.of("file:///v.mp4")),
            new MediaItem("audio_url", ContentHash.of("file:///a.wav")));
    assertThat(ContentHash.of("abc"))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"image_url\":\"https://example.org/cat.png\"}",
        "{\"image_url\":{\"url\":\"https://example.org/cat.png\",\"detail\":\"low\"}}",
        "{\"image_url\":{\"detail\":\"low\",\"url\":\"https://example.org/cat.png\"},\"type\":\"image_url\"}",
        "{\"type\":\"image_url\",\"uuid\":\"7\",\"image_url\":{\"url\":\"https:\\/\\/example.org\\/cat.png\"}}",
        "{\"type\" : \"image_url\" ,\n"
            + "\"image_url\" : { \"url\" : \"https://example.org/cat\\u002epng\" } }",
        "\"a bare"
            + " string\",{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.org/cat.png\"}}",
      })
  void givesOneImageOneHashHoweverItIsWritten(String part) {
    ChatCall call = read(Bodies.chat(part));

    assertThat(call.items())
        .containsExactly(new MediaItem("image_url", ContentHash.of("https://example.org/cat.png")));
  }

  @Test
  void hashesTheUuidWhenThereIsNoContent() {
    ChatCall call =
        read(Bodies.chat("{\"type\":\"image_url\",\"image_url\":null,\"uuid\":\"u1\"}"));

    assertThat(call.items()).containsExactly(new MediaItem("image_url", ContentHash.of("u1")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"text\",\"text\":\"hi\",\"image_url\":{\"url\":\"x\"}}",
        "{\"type\":\"image_embeds\",\"image_embeds\":\"AAAA\"}",
        "{\"type\":\"thinking\",\"thinking\":{\"url\":\"x\"}}",
        "\"text\"",
      })
  void encodesNothingOfOtherParts(String part) {
    assertThat(read(Bodies.chat(part)).items()).isEmpty();
  }

  @Test
  void hashesAcrossTheBordersOfNetworkBuffers() {
    byte[] bytes = Bodies.chat(Bodies.CAT).getBytes(StandardCharsets.UTF_8);
    CompositeByteBuf body = Unpooled.compositeBuffer(bytes.length);
    for (byte b : bytes) {
      body.addComponent(true, Unpooled.wrappedBuffer(new byte[] {b}));
    }

    ChatCall call = ChatCallReader.read(body);

    assertThat(call.items())
        .containsExactly(new MediaItem("image_url", ContentHash.of("https://example.org/cat.png")));
  }

  @Test
  void keepsTheBytesOfKvTransferParams() {
    String params = "{ \"do_remote_prefill\" : true,\"é\":1.50e+2, \"s\":\"\\u00e9\\/\" }";

    ChatCall call =
        read("{\"é\":\"ä\",\"messages\":[],\"kv_transfer_params\": " + params + " , \"n\":2}");

    assertThat(call.kv()).isNotNull();
    assertThat(new String(call.kv().json(), StandardCharsets.UTF_8)).isEqualTo(params);
    assertThat(call.kv().doRemotePrefill()).isTrue();
    assertThat(call.n()).isEqualTo(2);
  }

  @Test
  void countsTextAndMediaAsPromptTokens() {
    ChatCall text = read(Bodies.chat(Bodies.text("x".repeat(400))));
    ChatCall image = read(Bodies.chat(Bodies.CAT));

    assertThat(text.promptTokens()).isEqualTo(101);
    assertThat(image.promptTokens()).isEqualTo(257);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'{\"messages\":[]'                                             | JSON decode error",
        "'{\"messages\":[]} x'                                          | JSON decode error",
        "'{\"messages\":[NaN]}'                                         | JSON decode error",
        "'[]'                                                           | valid dictionary",
        "''                                                             | valid dictionary",
        "'{}'                                                           | messages: Field required",
        "'{\"messages\":\"hi\"}'                                        | valid list",
        "'{\"messages\":[1]}'                                           | valid dictionary",
        "'{\"messages\":[],\"max_tokens\":0}'                           | at least 1, got 0",
        "'{\"messages\":[],\"max_tokens\":\"5\"}'                       | max_tokens: Input should"
            + " be",
        "'{\"messages\":[],\"max_tokens\":1,\"min_tokens\":2}'          | less than or equal to"
            + " max_tokens=1",
        "'{\"messages\":[],\"max_completion_tokens\":1,\"min_tokens\":2}'| less than or equal to"
            + " max_tokens=1",
        "'{\"messages\":[],\"n\":0}'                                    | n must be at least 1",
        "'{\"messages\":[],\"stream_options\":{}}'                      | only be defined when"
            + " `stream=True`",
        "'{\"messages\":[],\"kv_transfer_params\":5}'                   | expected: an object",
        "'{\"messages\":[{\"content\":[{\"type\":\"image_url\"}]}]}'    | image_url: Field"
            + " required",
      })
  void refusesWhatVllmRefuses(String body, String message) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOfSatisfying(VllmError.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessageContaining(message);
  }

  @Test
  void prefersMaxCompletionTokens() {
    ChatCall call = read("{\"messages\":[],\"max_tokens\":9,\"max_completion_tokens\":3}");

    assertThat(call.cap()).isEqualTo(3);
  }

  private static ChatCall read(String json) {
    ByteBuf body = Unpooled.copiedBuffer("junk" + json, StandardCharsets.UTF_8);
    return ChatCallReader.read(body.skipBytes("junk".length()));
  }
}
