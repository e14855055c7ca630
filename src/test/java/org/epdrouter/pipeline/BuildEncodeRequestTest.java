package org.epdrouter.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.apache.camel.Exchange;
import org.epdrouter.openai.ChatRequest;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.openai.SplicedBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BuildEncodeRequestTest {
  private static final String CHAT =
      """
      {"model":"m","messages":[{"role":"user","content":[\
      {"type":"image_url","image_url":{"url":"http://0"}},\
      {"type":"image_url","image_url":{"url":"http://1"}}]}],"seed":1}""";

  @ParameterizedTest
  @CsvSource({"0, ''", "1, '\"max_tokens\":1,'", "16, '\"max_tokens\":16,'"})
  void asksForTheItemAlone(int maxTokens, String cap) {
    Exchange child = child(1, "r-1");

    new BuildEncodeRequest(maxTokens).process(child);

    SplicedBody body = child.getMessage().getBody(SplicedBody.class);
    assertThat(new String(body.toBytes(), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"model":"m","messages":[{"role":"user","content":[\
            {"type":"image_url","image_url":{"url":"http://1"}}]}],%s"stream":false}"""
                .formatted(cap));
  }

  @Test
  void namesTheChildByParentAndItem() {
    Exchange child = child(1, "r-1");

    new BuildEncodeRequest(1).process(child);

    assertThat(child.getMessage().getHeader("X-Request-Id", String.class))
        .matches("r-1:1:[0-9a-f]{6}");
  }

  @Test
  void namesNoTwoChildrenAlike() {
    Set<Object> ids = new HashSet<>();

    for (int i = 0; i < 20; i++) {
      Exchange child = child(0, "r-1");
      new BuildEncodeRequest(1).process(child);
      ids.add(child.getMessage().getHeader("X-Request-Id"));
    }

    assertThat(ids).hasSizeGreaterThan(15); // one in 16 million is the same
  }

  @Test
  void saysWhatIsMissingWithoutAParsedRequest() {
    Exchange child = child(0, "r-1");
    child.removeProperty(Properties.CHAT_REQUEST);

    assertThatThrownBy(() -> new BuildEncodeRequest(1).process(child))
        .isInstanceOf(OpenAiException.class)
        .hasMessageContaining("parseChatRequest");
  }

  private static Exchange child(int item, String parent) {
    Exchange exchange = Exchanges.parsed(CHAT);
    ChatRequest chat = exchange.getMessage().getBody(ChatRequest.class);
    exchange.getMessage().setBody(chat.getMediaItems().get(item));
    exchange.getMessage().setHeader("X-Request-Id", parent);
    return exchange;
  }
}
