package org.epdrouter.pipeline;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.epdrouter.stage.KvProtocol;
import org.epdrouter.stage.TransferParams;
import org.jspecify.annotations.Nullable;

/**
 * Enriches the request with the {@code kv_transfer_params} of prefill's answer, as a property; its
 * body stays.
 */
public final class TakeTransferParams implements AggregationStrategy {

  private final KvProtocol protocol;

  public TakeTransferParams(KvProtocol protocol) {
    this.protocol = protocol;
  }

  @Override
  public Exchange aggregate(Exchange request, Exchange prefilled) {
    byte[] answer = prefilled.getMessage().getBody(byte[].class);
    @Nullable TransferParams params = protocol.transferParams(answer);
    if (params == null) {
      request.removeProperty(Properties.TRANSFER_PARAMS);
    } else {
      request.setProperty(Properties.TRANSFER_PARAMS, params);
    }
    return request;
  }
}
