package org.epdrouter.pipeline;

import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.relay.FailureAnswer;
import org.epdrouter.relay.RequestId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the exchange's failure its answer: an OpenAI error object, or the worker's own error as it
 * came.
 */
public final class AnswerError implements Processor {

  private static final Logger LOG = LoggerFactory.getLogger(AnswerError.class);

  @Override
  public void process(Exchange exchange) {
    Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    OpenAiException answer =
        FailureAnswer.of(failure == null ? new IllegalStateException("no failure") : failure);
    Message message = exchange.getMessage();
    // A worker's answer has taken the place of the request's headers.
    Object parsed = exchange.getProperty(Properties.REQUEST_ID);
    Object requestId = parsed == null ? message.getHeader(RequestId.HEADER) : parsed;
    if (answer.status() >= 500) {
      LOG.warn("request {}: {} {}", requestId, answer.status(), answer.getMessage());
    } else {
      LOG.debug("request {}: {} {}", requestId, answer.status(), answer.getMessage());
    }
    Map<String, Object> headers = new HashMap<>(answer.headers());
    headers.put(Exchange.HTTP_RESPONSE_CODE, answer.status());
    headers.put(Exchange.CONTENT_TYPE, answer.contentType());
    message.setHeaders(headers);
    message.setBody(answer.body());
  }
}
