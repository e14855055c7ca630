package org.epdrouter.pipeline;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/**
 * Brings the encoded items together: what counts is that every one was encoded, so the request goes
 * on as it came. An item that fails ends the split before this is asked.
 */
public final class ConfirmEncoded implements AggregationStrategy {

  @Override
  public Exchange aggregate(Exchange request, Exchange encoded) {
    throw new UnsupportedOperationException("called with the request");
  }

  @Override
  public Exchange aggregate(Exchange former, Exchange encoded, Exchange request) {
    return request;
  }
}
