package org.epdrouter.pipeline;

import org.apache.camel.Exchange;
import org.epdrouter.openai.ChatRequest;
import org.epdrouter.openai.OpenAiException;

/** Names of the exchange properties that a request carries along the pipeline. */
final class Properties {

  /** The {@link ChatRequest}, for the steps whose message body is something else. */
  static final String CHAT_REQUEST = "chatRequest";

  /**
   * The request's {@link org.epdrouter.openai.MediaItem}s, a list; false as a predicate when empty.
   */
  static final String MEDIA_ITEMS = "mediaItems";

  /** The request's id, for the front that returns it and for the log; a String. */
  static final String REQUEST_ID = "requestId";

  /**
   * The {@link org.epdrouter.stage.TransferParams} of prefill's answer; absent when there are none.
   */
  static final String TRANSFER_PARAMS = "transferParams";

  private Properties() {}

  static ChatRequest chatRequest(Exchange exchange) {
    ChatRequest chat = exchange.getProperty(CHAT_REQUEST, ChatRequest.class);
    if (chat == null) {
      throw OpenAiException.invalid(
          "the pipeline has no step parseChatRequest before this one", null, "invalid_request");
    }
    return chat;
  }
}
