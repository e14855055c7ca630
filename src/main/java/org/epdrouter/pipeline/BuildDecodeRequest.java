package org.epdrouter.pipeline;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.epdrouter.stage.KvProtocol;
import org.epdrouter.stage.TransferParams;

/**
 * Makes the request whose answer the client gets: its own bytes, with the transfer params if
 * prefill gave any.
 */
public final class BuildDecodeRequest implements Processor {

  private final KvProtocol protocol;

  public BuildDecodeRequest(KvProtocol protocol) {
    this.protocol = protocol;
  }

  @Override
  public void process(Exchange exchange) {
    TransferParams params = exchange.getProperty(Properties.TRANSFER_PARAMS, TransferParams.class);
    exchange.getMessage().setBody(protocol.decode(Properties.chatRequest(exchange), params));
  }
}
