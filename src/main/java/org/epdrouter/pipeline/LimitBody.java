package org.epdrouter.pipeline;

import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;

/**
 * Makes bytes of a body that is text, and refuses what is too long with a 413. For fronts that are
 * not HTTP, which bring a body whole.
 */
public final class LimitBody implements Processor {

  private final int limit;

  /**
   * The step.
   *
   * @param limit bytes
   */
  public LimitBody(int limit) {
    this.limit = limit;
  }

  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    if (message.getBody() instanceof String text) {
      message.setBody(text.getBytes(StandardCharsets.UTF_8));
    }
    if (message.getBody() instanceof byte[] bytes && bytes.length > limit) {
      String problem = "body %d bytes > router.max-body (%d bytes)".formatted(bytes.length, limit);
      throw OpenAiException.of(
          413, new OpenAiError(problem, OpenAiError.INVALID_REQUEST, null, "body_too_large"));
    }
  }
}
