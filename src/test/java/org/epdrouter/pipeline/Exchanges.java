package org.epdrouter.pipeline;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.epdrouter.openai.ChatRequest;
import org.epdrouter.worker.Breakers;
import org.epdrouter.worker.RetryBudget;
import org.epdrouter.worker.WorkerPool;

/** What a step is given. */
final class Exchanges {
  private Exchanges() {}

  static Exchange empty() {
    return new DefaultExchange(new DefaultCamelContext());
  }

  /** An exchange as it is behind ParseChatRequest. */
  static Exchange parsed(String json) {
    Exchange exchange = empty();
    ChatRequest chat =
        ChatRequest.parse(Unpooled.wrappedBuffer(json.getBytes(StandardCharsets.UTF_8)));
    exchange.setProperty(Properties.CHAT_REQUEST, chat);
    exchange.getMessage().setBody(chat);
    return exchange;
  }

  static WorkerPool pool(String stage, String urls) {
    Breakers breakers = new Breakers(CircuitBreakerRegistry.ofDefaults(), 0, 1, 1, 0);
    return new WorkerPool(stage, urls, breakers, new RetryBudget(0, 0));
  }
}
