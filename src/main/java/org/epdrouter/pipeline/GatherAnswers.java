package org.epdrouter.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.worker.Lease;
import org.epdrouter.worker.Worker;

/**
 * Gathers what each worker answered into a list that becomes the request's message body. Failures
 * are answers too.
 */
public final class GatherAnswers implements AggregationStrategy {

  /**
   * One worker's answer.
   *
   * @param status HTTP status; 0 if there was no answer
   */
  record Answer(Worker worker, int status) {}

  private static final String PROPERTY = "epdAnswers";

  @Override
  public Exchange aggregate(Exchange request, Exchange answered) {
    throw new UnsupportedOperationException("called with the request");
  }

  @Override
  public Exchange aggregate(Exchange former, Exchange answered, Exchange request) {
    Lease lease = Lease.of(answered);
    if (lease != null) {
      answers(request).add(new Answer(lease.worker(), status(answered)));
    }
    return request;
  }

  private static int status(Exchange answered) {
    Exception failure = answered.getException();
    if (failure != null) {
      return failure instanceof OpenAiException answer && answer.fromWorker() ? answer.status() : 0;
    }
    return answered.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
  }

  /** The answers gathered so far. */
  @SuppressWarnings("unchecked")
  static List<Answer> answers(Exchange request) {
    List<Answer> answers = request.getProperty(PROPERTY, List.class);
    if (answers == null) {
      answers = new ArrayList<>();
      request.setProperty(PROPERTY, answers);
    }
    return answers;
  }
}
