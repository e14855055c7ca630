package org.epdrouter.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.ByteArrayOutputStream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.relay.StreamBody;

/**
 * Makes bytes of a streamed answer, for fronts that send it whole. Does not wait: the exchange goes
 * on when the last byte is there. Bodies of other kinds stay as they are.
 */
public final class CollectAnswer extends AsyncProcessorSupport {

  private final int limit;

  /**
   * The step.
   *
   * @param limit bytes; a longer answer is an error
   */
  public CollectAnswer(int limit) {
    this.limit = limit;
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    if (exchange.getMessage().getBody() instanceof StreamBody body) {
      body.read(ImmediateEventExecutor.INSTANCE, new Collector(body, exchange, callback));
      return false;
    }
    callback.done(true);
    return true;
  }

  private final class Collector implements StreamBody.Reader {
    private final StreamBody body;
    private final Exchange exchange;
    private final AsyncCallback callback;
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private boolean over;

    Collector(StreamBody body, Exchange exchange, AsyncCallback callback) {
      this.body = body;
      this.exchange = exchange;
      this.callback = callback;
    }

    @Override
    public void data(ByteBuf bytes) {
      int size = bytes.readableBytes();
      if (!over && collected.size() + size > limit) {
        failed(tooLong());
        body.cancel();
      } else if (!over) {
        byte[] copy = new byte[size];
        bytes.readBytes(copy);
        collected.writeBytes(copy);
      }
      bytes.release();
    }

    @Override
    public void flush() {}

    @Override
    public void end() {
      if (!over) {
        over = true;
        exchange.getMessage().setBody(collected.toByteArray());
        callback.done(false);
      }
    }

    @Override
    public void failed(RuntimeException cause) {
      if (!over) {
        over = true;
        exchange.setException(cause);
        callback.done(false);
      }
    }
  }

  private OpenAiException tooLong() {
    return OpenAiException.of(
        502,
        new OpenAiError(
            "the answer is longer than router.max-answer (%d bytes)".formatted(limit),
            "server_error",
            null,
            "worker_failed"));
  }
}
