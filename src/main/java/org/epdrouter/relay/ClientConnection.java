package org.epdrouter.relay;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: the last handler of its channel. Its requests are answered one at a time
 * and in order; those that come early wait, while reading goes on, because only reading shows that
 * the client has left. Confined to the event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {

  private static final int MAX_WAITING = 16;
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Front front;
  private final FrontCodec codec;
  private final ClientTimer timer;
  private final RequestReader reader;
  private final Queue<Object> waiting = new ArrayDeque<>(0);
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable FrontExchange current;
  private boolean bodyInvited;
  private boolean lastOne;

  ClientConnection(Front front) {
    this.front = front;
    this.timer = new ClientTimer(front.limits(), this::bodyTooSlow, this::close);
    this.codec = new FrontCodec(front.limits(), timer::headStarted);
    this.reader = new RequestReader(front, this, timer);
  }

  /** Adds this connection's handlers. */
  void assemble(Channel channel) {
    channel.pipeline().addLast(codec).addLast(reader).addLast(this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    timer.start(active.channel().eventLoop());
  }

  @Override
  public void channelRead(ChannelHandlerContext read, Object msg) {
    if (lastOne || waiting.size() >= MAX_WAITING) {
      lastOne = true;
      drop(msg);
    } else if (current != null) {
      waiting.add(msg);
    } else {
      serve(msg);
    }
  }

  private void serve(Object next) {
    FrontExchange exchange = new FrontExchange(front, this, codec);
    current = exchange;
    timer.serving(true);
    if (next instanceof FrontRequest request) {
      exchange.start(request);
    } else {
      lastOne = true;
      exchange.refuse((Refusal) next);
    }
  }

  /** The answer is on its way to its last byte; the next request may be served. */
  void answered(boolean keepAlive) {
    current = null;
    timer.serving(false);
    if (!keepAlive || isLast()) {
      lastOne = true;
      dropWaiting();
      timer.stop();
      finishAndClose();
    } else if (!waiting.isEmpty()) {
      serve(waiting.remove());
    } else if (bodyInvited) {
      sendContinue();
    }
  }

  /** Whether the connection is closed behind the answer that is being made. */
  boolean isLast() {
    return lastOne && waiting.isEmpty();
  }

  /**
   * The client waits for a word before it sends its body: it gets it when no other answer is under
   * way.
   */
  void inviteBody() {
    if (current == null) {
      sendContinue();
    } else {
      bodyInvited = true;
    }
  }

  private void sendContinue() {
    bodyInvited = false;
    behindCodec().writeAndFlush(Unpooled.wrappedBuffer(CONTINUE));
  }

  /** Where bytes are written that are to go out as they are. */
  ChannelHandlerContext behindCodec() {
    return context().pipeline().context(codec);
  }

  private void bodyTooSlow() {
    reader.tooSlow(context().pipeline().context(reader));
  }

  private void close() {
    context().close();
  }

  /**
   * Closes so that the client can still read the answer although it may be sending: RFC 9112 9.6.
   */
  private void finishAndClose() {
    LingeringClose.of(context().channel());
  }

  ChannelHandlerContext context() {
    if (ctx == null) {
      throw new IllegalStateException("not connected");
    }
    return ctx;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext changed) {
    if (current != null) {
      current.writabilityChanged();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    timer.stop();
    lastOne = true;
    dropWaiting();
    if (current != null) {
      current.clientLeft();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
    caught.channel().close().addListener(ChannelFutureListener.CLOSE);
  }

  private void dropWaiting() {
    waiting.forEach(ClientConnection::drop);
    waiting.clear();
  }

  private static void drop(Object msg) {
    if (msg instanceof FrontRequest request) {
      request.release();
    }
  }
}
