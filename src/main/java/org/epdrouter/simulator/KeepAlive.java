package org.epdrouter.simulator;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that stays idle after an answer, as uvicorn does. A connection that never
 * carried a request is left alone, as by uvicorn. Stands first in the pipeline to see every byte.
 */
final class KeepAlive extends ChannelInboundHandlerAdapter {
  private final long idleNanos;
  private @Nullable Future<?> closing;

  KeepAlive(long idleNanos) {
    this.idleNanos = idleNanos;
  }

  /** An answer is out and no request is here. On the event loop. */
  void arm(ChannelHandlerContext context) {
    closing = context.executor().schedule(() -> context.close(), idleNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    cancel();
    context.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    cancel();
    context.fireChannelInactive();
  }

  private void cancel() {
    if (closing != null) {
      closing.cancel(false);
      closing = null;
    }
  }
}
