package org.epdrouter.pipeline;

import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.epdrouter.openai.MediaItem;
import org.epdrouter.relay.RequestId;
import org.epdrouter.stage.EncodeRequest;

/**
 * Makes the request that has one media item encoded, alone, from the item that is the message body.
 * Its id is {@code <parent>:<item index>:<6 random hex digits>}, as the reference's.
 */
public final class BuildEncodeRequest implements Processor {

  private final EncodeRequest request;

  /**
   * The step.
   *
   * @param maxTokens the request's {@code max_tokens}; 0 leaves the member out
   */
  public BuildEncodeRequest(int maxTokens) {
    this.request = new EncodeRequest(maxTokens == 0 ? null : maxTokens);
  }

  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    MediaItem item = message.getBody(MediaItem.class);
    // A seventh digit keeps the leading zeros; a formatter would cost more than the rest of this.
    int random = ThreadLocalRandom.current().nextInt(1 << 24) | 1 << 24;
    String suffix = Integer.toHexString(random).substring(1);
    message.setHeader(
        RequestId.HEADER,
        message.getHeader(RequestId.HEADER) + ":" + item.getIndex() + ":" + suffix);
    message.setBody(request.build(Properties.chatRequest(exchange), item));
  }
}
