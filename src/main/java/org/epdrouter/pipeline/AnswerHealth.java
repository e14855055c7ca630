package org.epdrouter.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.epdrouter.pipeline.GatherAnswers.Answer;
import org.epdrouter.stage.Stage;

/**
 * Makes the answer to {@code GET /health} from what every worker answered to it, in the reference's
 * form. A cluster is healthy if one of its workers is; the router cannot serve, and says 503, when
 * a cluster with workers has none that is healthy, or when there are no decode workers.
 */
public final class AnswerHealth implements Processor {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Clusters clusters;

  public AnswerHealth(Clusters clusters) {
    this.clusters = clusters;
  }

  @Override
  public void process(Exchange exchange) {
    List<Answer> answers = GatherAnswers.answers(exchange);
    ObjectNode body = JSON.createObjectNode().put("proxy", "healthy");
    boolean serves = true;
    for (Stage stage : clusters.stages().toList()) {
      boolean empty = clusters.isEmpty(stage);
      boolean healthy =
          answers.stream()
              .anyMatch(answer -> answer.worker().stage() == stage && answer.status() == 200);
      body.put(stage.label() + "_cluster", empty ? "empty" : healthy ? "healthy" : "unhealthy");
      serves &= healthy || (empty && stage != Stage.DECODE);
    }
    Message message = exchange.getMessage();
    message.setBody(body.toString());
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, serves ? 200 : 503);
  }
}
