package org.epdrouter.simulator;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.pool.ChannelPool;
import io.netty.handler.codec.http.FullHttpResponse;
import java.util.concurrent.CompletableFuture;

/** Waits for one answer of the KV side channel, then gives the connection back. */
final class KvAnswer extends SimpleChannelInboundHandler<FullHttpResponse> {
  private final ChannelPool pool;
  private final CompletableFuture<Boolean> held;

  KvAnswer(ChannelPool pool, CompletableFuture<Boolean> held) {
    this.pool = pool;
    this.held = held;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
    boolean ok = response.status().code() == 200;
    context.pipeline().remove(this);
    pool.release(context.channel());
    held.complete(ok);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    pool.release(context.channel());
    held.complete(false);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
