package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a worker: the last handler of its channel. It carries one call at a time and
 * goes back to its {@link Target} when the answer has been read to its end, the request was written
 * to its end, both sides keep the connection, and nothing followed the answer. Confined to the
 * channel's event loop, but for what says otherwise.
 */
final class WorkerConnection extends ChannelInboundHandlerAdapter {

  private static final int MAX_INTERIMS = 100;

  private final Target target;
  private final int loop;
  private @Nullable Channel channel;
  private @Nullable WorkerCall call;
  private boolean written;
  private boolean keepAlive;
  private boolean reusable;
  private boolean interim;
  private int interims;
  private volatile boolean open = true;
  private volatile long idleSince;

  WorkerConnection(Target target, int loop) {
    this.target = target;
    this.loop = loop;
  }

  /** A handler for the front of the pipeline that notices bytes before they make a message. */
  ChannelInboundHandlerAdapter firstBytes() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (call != null) {
          call.bytesCame();
        }
        ctx.fireChannelRead(msg);
      }
    };
  }

  /** Any thread. */
  boolean isOpen() {
    return open;
  }

  /** {@link System#nanoTime} of the moment it became idle. Any thread. */
  long idleSince() {
    return idleSince;
  }

  /** Any thread. */
  void close() {
    open = false;
    Channel opened = channel;
    if (opened != null) {
      opened.close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    target.opened(loop);
    ctx.fireChannelActive();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  /** Sends the call's request. Any thread. */
  void begin(WorkerCall next, boolean reused) {
    Channel opened = channel();
    if (opened.eventLoop().inEventLoop()) {
      send(opened, next, reused);
    } else {
      opened.eventLoop().execute(() -> send(opened, next, reused));
    }
  }

  private void send(Channel opened, WorkerCall next, boolean reused) {
    if (!next.carriedBy(this, reused)) {
      if (reused) {
        target.giveBack(this, loop);
      } else {
        close();
      }
      return;
    }
    call = next;
    written = false;
    reusable = false;
    interim = false;
    interims = 0;
    if (!opened.isActive()) {
      ended(null);
      return;
    }
    FullHttpRequest request;
    try {
      request = next.message(opened.alloc());
    } catch (RuntimeException | OutOfMemoryError unsendable) {
      call = null;
      close();
      next.unsendable(unsendable);
      return;
    }
    opened
        .writeAndFlush(request)
        .addListener(
            done -> {
              if (done.isSuccess()) {
                written = true;
              } else if (call == next) {
                ended(done.cause());
              }
            });
  }

  /** Whether the body of the answer is read on from the network. */
  void read(boolean on) {
    channel().config().setAutoRead(on);
  }

  Channel channel() {
    if (channel == null) {
      throw new IllegalStateException("not connected");
    }
    return channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    WorkerCall current = call;
    if (current == null) {
      // Nothing was asked: whatever this is, it must not become the answer to the next request.
      ReferenceCountUtil.release(msg);
      reusable = false;
      close();
      return;
    }
    if (msg instanceof HttpObject object && object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(msg);
      refuse(current, String.valueOf(object.decoderResult().cause().getMessage()));
    } else if (msg instanceof HttpResponse head) {
      head(current, head);
    } else if (msg instanceof LastHttpContent last) {
      last(current, last.content());
    } else {
      current.content(((HttpContent) msg).content());
    }
  }

  private void head(WorkerCall current, HttpResponse head) {
    String oddity = AnswerHead.oddity(head);
    if (oddity != null) {
      refuse(current, oddity);
    } else if (head.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      interim = true;
      if (++interims > MAX_INTERIMS) {
        refuse(current, "more than " + MAX_INTERIMS + " interim answers");
      }
    } else {
      keepAlive = HttpUtil.isKeepAlive(head);
      current.head(head);
    }
  }

  private void last(WorkerCall current, ByteBuf bytes) {
    if (interim) {
      interim = false;
      bytes.release();
      return;
    }
    // The end is recorded before the last bytes are handed on: their reader may close, or send the
    // next request.
    call = null;
    reusable = keepAlive && written;
    if (!reusable) {
      close();
    }
    current.last(bytes);
  }

  private void refuse(WorkerCall current, String oddity) {
    call = null;
    close();
    current.garbage(oddity);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (call != null) {
      call.readComplete();
    } else if (reusable && open) {
      reusable = false;
      idleSince = System.nanoTime();
      ctx.channel().config().setAutoRead(true);
      target.giveBack(this, loop);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    target.closed(this, loop);
    ended(null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ended(cause);
  }

  private void ended(@Nullable Throwable cause) {
    WorkerCall current = call;
    call = null;
    close();
    if (current != null) {
      current.disconnected(cause);
    }
  }

  /** Gives the call up and closes the connection, which makes the worker abort it. Any thread. */
  void abandon(WorkerCall abandoned) {
    Channel opened = channel();
    if (!opened.eventLoop().inEventLoop()) {
      opened.eventLoop().execute(() -> abandon(abandoned));
    } else if (call == abandoned) {
      call = null;
      close();
    }
  }
}
