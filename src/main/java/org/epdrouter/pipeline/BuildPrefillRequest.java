package org.epdrouter.pipeline;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.epdrouter.stage.KvProtocol;

/** Makes the request that has the prompt read and its KV cache kept for a decode worker. */
public final class BuildPrefillRequest implements Processor {

  private final KvProtocol protocol;

  public BuildPrefillRequest(KvProtocol protocol) {
    this.protocol = protocol;
  }

  @Override
  public void process(Exchange exchange) {
    exchange.getMessage().setBody(protocol.prefill(Properties.chatRequest(exchange)));
  }
}
