package org.epdrouter.stage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import org.epdrouter.openai.ChatRequest;
import org.junit.jupiter.api.Test;

final class EncodeRequestTest {
  private static final String IMAGE =
      "{ \"uuid\":\"u-1\""
          + " ,\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,A\\/B\",\"detail\":\"low\"}}";
  private static final String AUDIO = "{\"input_audio\":{\"data\":\"UklG\",\"format\":\"wav\"}}";
  private static final String BODY =
      "{\"stream\":true,\"n\":2,\"messages\":[{\"role\":\"system\",\"content\":\"secret\"},"
          + "{\"role\":\"user\",\"content\":["
          + "{\"type\":\"text\",\"text\":\"secret\"},"
          + IMAGE
          + ","
          + AUDIO
          + "]}],\"model\" : \"Qw\\u0065n\\/é\" ,\"max_tokens\":77}";

  @Test
  void holdsOnlyTheItem() {
    assertThat(encode(1, 0))
        .isEqualTo(
            "{\"model\":\"Qw\\u0065n\\/é\",\"messages\":[{\"role\":\"user\",\"content\":["
                + IMAGE
                + "]}],\"max_tokens\":1,\"stream\":false}");
    assertThat(encode(1, 1)).contains("\"content\":[" + AUDIO + "]").doesNotContain("uuid");
  }

  @Test
  void hasExactlyFourMembers() throws IOException {
    JsonNode body = new ObjectMapper().readTree(encode(1, 0));

    assertThat(body.fieldNames())
        .toIterable()
        .containsExactly("model", "messages", "max_tokens", "stream");
    assertThat(body.get("model").textValue()).isEqualTo("Qwen/é");
    assertThat(body.get("messages")).hasSize(1);
    assertThat(body.get("messages").get(0).get("content")).hasSize(1);
  }

  @Test
  void takesItsCapFromTheConfiguration() {
    assertThat(encode(16, 0)).endsWith("]}],\"max_tokens\":16,\"stream\":false}");
    assertThat(encode(null, 0)).endsWith("]}],\"stream\":false}").doesNotContain("max_tokens");
    assertThatThrownBy(() -> new EncodeRequest(0)).hasMessageContaining("maxTokens: 0 (expected:");
  }

  private static String encode(Integer maxTokens, int item) {
    ChatRequest chat = ChatRequest.parse(Unpooled.copiedBuffer(BODY, UTF_8));
    byte[] body =
        new EncodeRequest(maxTokens).build(chat, chat.getMediaItems().get(item)).toBytes();
    chat.release();
    return new String(body, UTF_8);
  }
}
