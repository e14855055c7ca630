package org.epdrouter.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.epdrouter.pipeline.GatherAnswers.Answer;
import org.epdrouter.stage.Stage;

/**
 * Makes the answer to {@code POST /start_profile} and {@code /stop_profile}: for each stage its
 * workers with the status that each answered, 0 for none. 503 only if all answered 404, which is
 * vLLM's way to say that profiling is switched off.
 */
public final class AnswerProfile implements Processor {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NOT_FOUND = 404;

  private final Clusters clusters;

  public AnswerProfile(Clusters clusters) {
    this.clusters = clusters;
  }

  @Override
  public void process(Exchange exchange) {
    List<Answer> answers = GatherAnswers.answers(exchange);
    ObjectNode body = JSON.createObjectNode();
    for (Stage stage : clusters.stages().toList()) {
      ArrayNode workers = body.putArray(stage.label());
      for (Answer answer : answers) {
        if (answer.worker().stage() == stage) {
          workers
              .addObject()
              .put("worker", answer.worker().url().toString())
              .put("status", answer.status());
        }
      }
    }
    boolean off = answers.stream().allMatch(answer -> answer.status() == NOT_FOUND);
    Message message = exchange.getMessage();
    message.setBody(body.toString());
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, off ? 503 : 200);
  }
}
