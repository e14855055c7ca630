package org.epdrouter.pipeline;

import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;

/** Refuses what no route answers: 405 with Allow for a known path, else 404. */
public final class RefuseUnknown implements Processor {

  private final Map<String, String> methods = new TreeMap<>();

  /**
   * The step.
   *
   * @param endpoints semicolon-separated: a path, a blank, and the methods it takes
   */
  public RefuseUnknown(String endpoints) {
    for (String endpoint : endpoints.split(";", -1)) {
      String[] parts = endpoint.trim().split(" ", 2);
      methods.put(parts[0], parts[1].trim());
    }
  }

  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    String path = message.getHeader(Exchange.HTTP_PATH, "", String.class);
    String method = message.getHeader(Exchange.HTTP_METHOD, "", String.class);
    String allowed = methods.get(path);
    if (allowed == null) {
      throw refusal(
          404, "no such endpoint; there are: " + String.join(", ", methods.keySet()), "not_found");
    }
    throw refusal(405, "%s takes %s, not %s".formatted(path, allowed, method), "method_not_allowed")
        .withHeader("Allow", allowed);
  }

  private static OpenAiException refusal(int status, String message, String code) {
    return OpenAiException.of(
        status, new OpenAiError(message, "invalid_request_error", null, code));
  }
}
