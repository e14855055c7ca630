package org.epdrouter.pipeline;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.epdrouter.openai.OpenAiException;

/** Refuses a request with a 400, always for the same reason. */
public final class RefuseRequest implements Processor {

  private final String reason;

  /**
   * The step.
   *
   * @param reason what the client reads
   */
  public RefuseRequest(String reason) {
    this.reason = reason;
  }

  @Override
  public void process(Exchange exchange) {
    throw OpenAiException.invalid(reason, null, "invalid_request");
  }
}
