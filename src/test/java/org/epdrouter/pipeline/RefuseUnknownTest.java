package org.epdrouter.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.apache.camel.Exchange;
import org.epdrouter.openai.OpenAiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RefuseUnknownTest {
  private final RefuseUnknown refuse = new RefuseUnknown("/chat POST; /health GET, HEAD");

  @Test
  void namesTheMethodsOfAKnownPath() {
    OpenAiException refusal = refuse("DELETE", "/health");

    assertThat(refusal.status()).isEqualTo(405);
    assertThat(refusal.headers()).containsEntry("Allow", "GET, HEAD");
    assertThat(refusal).hasMessage("/health takes GET, HEAD, not DELETE");
    assertThat(new String(refusal.body(), java.nio.charset.StandardCharsets.UTF_8))
        .contains("\"type\":\"invalid_request_error\"", "\"code\":\"method_not_allowed\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/chat/", "/Chat", "/chat/x", "/chatty", ""})
  void knowsPathsOnlyExactly(String path) {
    OpenAiException refusal = refuse("POST", path);

    assertThat(refusal.status()).isEqualTo(404);
    assertThat(refusal).hasMessage("no such endpoint; there are: /chat, /health");
    assertThat(refusal.headers()).isEmpty();
  }

  @Test
  void refusesARequestWithoutPathOrMethod() {
    OpenAiException refusal =
        catchThrowableOfType(OpenAiException.class, () -> refuse.process(Exchanges.empty()));

    assertThat(refusal.status()).isEqualTo(404);
  }

  private OpenAiException refuse(String method, String path) {
    Exchange exchange = Exchanges.empty();
    exchange.getMessage().setHeader(Exchange.HTTP_METHOD, method);
    exchange.getMessage().setHeader(Exchange.HTTP_PATH, path);
    return catchThrowableOfType(OpenAiException.class, () -> refuse.process(exchange));
  }
}
