package org.epdrouter.simulator;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.pool.AbstractChannelPoolHandler;
import io.netty.channel.pool.AbstractChannelPoolMap;
import io.netty.channel.pool.ChannelPool;
import io.netty.channel.pool.SimpleChannelPool;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decode's half of the KV side channel: fetches blocks over pooled connections. Thread-safe. */
final class KvClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KvClient.class);
  // On a machine without a free core everything may take seconds; that is no missing block.
  private static final int CONNECT_MILLIS = 10_000;
  private static final int ANSWER_SECONDS = 25;
  private static final int MAX_ANSWER = 64 << 10;

  private final AbstractChannelPoolMap<InetSocketAddress, ChannelPool> pools;

  KvClient(EventLoopGroup group) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
    pools =
        new AbstractChannelPoolMap<>() {
          @Override
          protected ChannelPool newPool(InetSocketAddress address) {
            return new SimpleChannelPool(bootstrap.clone().remoteAddress(address), new Handlers());
          }
        };
  }

  /** Whether the blocks were held; false too when prefill cannot be reached. Never fails. */
  CompletionStage<Boolean> fetch(KvParams params) {
    CompletableFuture<Boolean> held = new CompletableFuture<>();
    if (params.host().isEmpty() || params.port() < 1 || params.port() > 65535) {
      held.complete(false);
      return held;
    }
    ChannelPool pool = pools.get(InetSocketAddress.createUnresolved(params.host(), params.port()));
    pool.acquire()
        .addListener(
            (Future<Channel> acquired) -> {
              if (acquired.isSuccess()) {
                send(acquired.getNow(), pool, params, held);
              } else {
                LOG.warn(
                    "kv side channel {}:{}: {}",
                    params.host(),
                    params.port(),
                    String.valueOf(acquired.cause()));
                held.complete(false);
              }
            });
    return held.completeOnTimeout(false, ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    pools.close();
  }

  private static void send(
      Channel channel, ChannelPool pool, KvParams params, CompletableFuture<Boolean> held) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.POST,
            KvEndpoint.PATH,
            Unpooled.wrappedBuffer(params.json()));
    request.headers().set(HttpHeaderNames.HOST, params.host() + ":" + params.port());
    request.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, params.json().length);
    channel.pipeline().addLast(new KvAnswer(pool, held));
    channel
        .writeAndFlush(request)
        .addListener(
            f -> {
              if (!f.isSuccess()) {
                channel.close();
              }
            });
  }

  private static final class Handlers extends AbstractChannelPoolHandler {
    @Override
    public void channelCreated(Channel channel) {
      channel.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(MAX_ANSWER));
    }
  }
}
