package org.epdrouter.simulator;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection: its requests one after the other. Reading goes on while a request runs,
 * because only so its end (a FIN or a reset) is seen; pipelined requests wait in a short line.
 */
final class Connection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final int MAX_PIPELINED = 32;

  private final HttpEndpoint endpoint;
  private final KeepAlive keepAlive;
  private final Deque<FullHttpRequest> waiting = new ArrayDeque<>();
  private @Nullable Exchange current;

  Connection(HttpEndpoint endpoint, KeepAlive keepAlive) {
    super(false);
    this.endpoint = endpoint;
    this.keepAlive = keepAlive;
  }

  boolean isIdle() {
    return current == null;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (current == null) {
      begin(context, request);
    } else if (waiting.size() < MAX_PIPELINED) {
      waiting.add(request);
    } else {
      request.release();
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    waiting.forEach(FullHttpRequest::release);
    waiting.clear();
    Exchange gone = current;
    current = null;
    if (gone != null) {
      gone.gone();
    }
    context.fireChannelInactive();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (current != null && context.channel().isWritable()) {
      current.writable();
    }
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.warn("connection {} failed", context.channel(), cause);
    }
    context.close();
  }

  /** The current answer's last byte is handed to Netty. */
  void ended(ChannelHandlerContext context, boolean close) {
    current = null;
    if (close || !context.channel().isActive()) {
      return;
    }
    FullHttpRequest next = waiting.poll();
    if (next == null) {
      keepAlive.arm(context);
    } else {
      context.executor().execute(() -> begin(context, next));
    }
  }

  private void begin(ChannelHandlerContext context, FullHttpRequest request) {
    Exchange exchange = new Exchange(this, context, request);
    current = exchange;
    try {
      if (request.decoderResult().isFailure()) {
        exchange.send(400, "text/plain; charset=utf-8", "Invalid HTTP request received.");
        context.close();
      } else {
        endpoint.handle(exchange);
      }
    } catch (RuntimeException e) {
      LOG.warn("{} {} failed", exchange.method(), exchange.path(), e);
      exchange.reset();
    } finally {
      request.release();
    }
  }
}
