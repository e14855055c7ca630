package org.epdrouter.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledFuture;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.SynchronizationAdapter;
import org.epdrouter.openai.ChatRequest;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.relay.EventLoops;
import org.epdrouter.relay.RequestId;
import org.epdrouter.worker.RequestScope;

/**
 * Makes the message body a {@link ChatRequest} from whatever bytes the front has put there, and
 * sees to it that the request has an id, and a scope that ends with the exchange or when its time
 * is up.
 */
public final class ParseChatRequest implements Processor {

  private final EventLoops loops;
  private final long timeout;

  /**
   * The step.
   *
   * @param loops where the request's time is kept
   * @param timeout milliseconds for all of the request from here on; 0 for no limit
   */
  public ParseChatRequest(EventLoops loops, long timeout) {
    this.loops = loops;
    this.timeout = timeout;
  }

  @Override
  public void process(Exchange exchange) throws InvalidPayloadException {
    Message message = exchange.getMessage();
    String id = RequestId.of(message.getHeader(RequestId.HEADER));
    message.setHeader(RequestId.HEADER, id);
    exchange.setProperty(Properties.REQUEST_ID, id);
    ChatRequest chat = ChatRequest.parse(bytes(message));
    RequestScope scope = RequestScope.of(exchange);
    scope.onClose(chat::release);
    exchange.getExchangeExtension().addOnCompletion(new CloseScope(scope));
    if (timeout > 0) {
      ScheduledFuture<?> deadline =
          loops.schedule(() -> scope.close(RequestScope.Ending.DEADLINE), timeout);
      scope.onClose(() -> deadline.cancel(false));
    }
    exchange.setProperty(Properties.CHAT_REQUEST, chat);
    exchange.setProperty(Properties.MEDIA_ITEMS, chat.getMediaItems());
    message.setBody(chat);
  }

  private static ByteBuf bytes(Message message) throws InvalidPayloadException {
    Object body = message.getBody();
    if (body == null) {
      throw OpenAiException.invalid("the request has no body", null, "invalid_json");
    }
    if (body instanceof ByteBuf buffer) {
      return buffer.retainedDuplicate();
    }
    return Unpooled.wrappedBuffer(
        body instanceof String text
            ? text.getBytes(StandardCharsets.UTF_8)
            : message.getMandatoryBody(byte[].class));
  }

  private static final class CloseScope extends SynchronizationAdapter {
    private final RequestScope scope;

    CloseScope(RequestScope scope) {
      this.scope = scope;
    }

    @Override
    public void onDone(Exchange exchange) {
      scope.close(RequestScope.Ending.COMPLETE);
    }
  }
}
