package org.epdrouter.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.UnitOfWorkHelper;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.testing.Eventually;
import org.junit.jupiter.api.Test;

/** The steps for fronts that are not HTTP: KeepHeaders, LimitBody, LimitInFlight, RefuseRequest. */
final class OtherFrontsTest {
  @Test
  void keepsTheHeadersThatAreNamedAndNoOther() {
    Exchange exchange = Exchanges.empty();
    exchange
        .getMessage()
        .setHeaders(Map.of("X-Request-ID", "1", "JMSDestination", "q", "CamelHttpPath", "/x"));

    new KeepHeaders("x-request-id, traceparent,").process(exchange);

    assertThat(exchange.getMessage().getHeaders()).containsOnly(Map.entry("X-Request-ID", "1"));
  }

  @Test
  void dropsHeadersWithoutAValue() {
    Exchange exchange = Exchanges.empty();
    exchange.getMessage().setHeader("status", null);

    new KeepHeaders("status").process(exchange);

    assertThat(exchange.getMessage().getHeaders()).isEmpty();
  }

  @Test
  void makesBytesOfText() {
    Exchange exchange = Exchanges.empty();
    exchange.getMessage().setBody("é");

    new LimitBody(2).process(exchange);

    assertThat(exchange.getMessage().getBody()).isEqualTo("é".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void refusesABodyOfOneByteTooMany() {
    Exchange exchange = Exchanges.empty();
    exchange.getMessage().setBody("é!");

    assertThatThrownBy(() -> new LimitBody(2).process(exchange))
        .isInstanceOfSatisfying(
            OpenAiException.class, failure -> assertThat(failure.status()).isEqualTo(413))
        .hasMessage("body 3 bytes > router.max-body (2 bytes)");
  }

  @Test
  void letsBodiesOfOtherKindsThrough() {
    Exchange exchange = Exchanges.empty();

    new LimitBody(2).process(exchange);

    assertThat(exchange.getMessage().getBody()).isNull();
  }

  @Test
  void holdsBackWhatIsTooManyUntilAnotherHasEnded() throws InterruptedException {
    LimitInFlight limit = new LimitInFlight(1);
    Exchange first = Exchanges.empty();
    Exchange second = Exchanges.empty();
    limit.process(first);
    Thread consumer =
        new Thread(
            () -> {
              try {
                limit.process(second);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });

    consumer.start();
    Eventually.holds("wait", () -> consumer.getState() == Thread.State.WAITING);
    end(first);

    consumer.join(Eventually.DEADLINE.toMillis());
    assertThat(consumer.isAlive()).isFalse();
    end(second);
    limit.process(Exchanges.empty());
  }

  @Test
  void refusesWithItsReason() {
    assertThatThrownBy(() -> new RefuseRequest("no such type").process(Exchanges.empty()))
        .isInstanceOfSatisfying(
            OpenAiException.class, failure -> assertThat(failure.status()).isEqualTo(400))
        .hasMessage("no such type");
  }

  private static void end(Exchange exchange) {
    UnitOfWorkHelper.doneSynchronizations(
        exchange, exchange.getExchangeExtension().handoverCompletions());
  }
}
