package org.epdrouter.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.worker.WorkerLostException;
import org.junit.jupiter.api.Test;

final class AnswerErrorTest {
  private final Exchange exchange = Exchanges.empty();

  @Test
  void answersWithAWorkersErrorAsItCame() {
    byte[] body = {1, 2, 3};

    answer(OpenAiException.ofWorker(429, "text/x", body, Map.of("Retry-After", "3")));

    assertThat(exchange.getMessage().getHeaders())
        .containsOnly(
            Map.entry("Retry-After", "3"),
            Map.entry(Exchange.HTTP_RESPONSE_CODE, 429),
            Map.entry(Exchange.CONTENT_TYPE, "text/x"));
    assertThat(exchange.getMessage().getBody()).isSameAs(body);
  }

  @Test
  void looksInsideOfWhatCamelWraps() {
    OpenAiException cause = OpenAiException.invalid("bad", "model", "invalid_request");

    answer(new CamelExchangeException("split", exchange, new WorkerLostException(cause, true)));

    assertThat(exchange.getMessage().getBody()).isSameAs(cause.body());
  }

  @Test
  void tellsNothingOfAnUnknownFailure() {
    answer(new IllegalStateException("password is 1234"));

    assertThat(exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(502);
    assertThat(new String(exchange.getMessage().getBody(byte[].class), StandardCharsets.UTF_8))
        .contains("internal_error")
        .doesNotContain("1234", "IllegalState");
  }

  @Test
  void removesTheHeadersOfTheRequest() {
    exchange.getMessage().setHeader("Authorization", "Bearer key");

    answer(OpenAiException.invalid("bad", null, "invalid_request"));

    assertThat(exchange.getMessage().getHeaders()).doesNotContainKey("Authorization");
  }

  private void answer(Exception failure) {
    exchange.setProperty(Exchange.EXCEPTION_CAUGHT, failure);
    new AnswerError().process(exchange);
  }
}
