package org.epdrouter.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Opens connections to workers: finds the address, connects and shakes hands, all within one time
 * limit, and gives the connection to the call that asked for it. Thread-safe.
 */
final class Connector implements AutoCloseable {

  private static final int MAX_HEAD = 256 * 1024;
  private static final int MAX_READ = 256 * 1024;

  /** Bounds what a worker that floods may hold back the others on its loop. */
  private static final int READS_AT_ONCE = 4;

  /** Takes most requests with images in one write. */
  private static final int SEND_BUFFER = 512 * 1024;

  private final AddressResolverGroup<InetSocketAddress> resolver;
  private final WorkerTls tls;
  private final int timeout;

  /**
   * A connector.
   *
   * @param resolver finds addresses; closed with the connector
   * @param timeout milliseconds
   */
  Connector(AddressResolverGroup<InetSocketAddress> resolver, WorkerTls tls, int timeout) {
    this.resolver = resolver;
    this.tls = tls;
    this.timeout = timeout;
  }

  /**
   * Opens a connection on the loop, and begins the call on it or tells the call why not. Any
   * thread.
   */
  void connect(WorkerCall call, EventLoop loop, WorkerConnection connection) {
    Target target = call.target();
    long started = System.nanoTime();
    ChannelFuture connecting = open(target, loop, connection);
    call.connecting(connecting);
    // Netty's own timeout begins when the name is resolved, which may take long.
    ScheduledFuture<?> limit =
        loop.schedule(
            () -> call.connectFailed(new ConnectTimeoutException(target.toString()), timeout),
            timeout,
            TimeUnit.MILLISECONDS);
    connecting.addListener(
        done -> {
          limit.cancel(false);
          if (!done.isSuccess()) {
            call.connectFailed(done.cause(), timeout);
          } else if (target.tls()) {
            shakeHands(call, connection, started);
          } else {
            connection.begin(call, false);
          }
        });
  }

  private ChannelFuture open(Target target, EventLoop loop, WorkerConnection connection) {
    return new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .resolver(resolver)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeout)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_SNDBUF, SEND_BUFFER)
        .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .option(
            ChannelOption.RCVBUF_ALLOCATOR,
            new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS_AT_ONCE))
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                if (target.tls()) {
                  tls.secure(channel, target);
                }
                assemble(channel, connection);
              }
            })
        .connect(target.address());
  }

  private static void assemble(Channel channel, WorkerConnection connection) {
    HttpDecoderConfig config =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_HEAD)
            .setMaxHeaderSize(MAX_HEAD)
            .setMaxChunkSize(MAX_READ);
    channel
        .pipeline()
        .addLast(connection.firstBytes())
        .addLast(new HttpClientCodec(config, false, false))
        .addLast(connection);
  }

  /** The handshake has what connecting has left of its time. */
  private void shakeHands(WorkerCall call, WorkerConnection connection, long started) {
    SslHandler handler = connection.channel().pipeline().get(SslHandler.class);
    long spent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    handler.setHandshakeTimeoutMillis(Math.max(1, timeout - spent));
    handler
        .handshakeFuture()
        .addListener(
            done -> {
              if (done.isSuccess()) {
                connection.begin(call, false);
              } else {
                call.connectFailed(done.cause(), timeout);
              }
            });
  }

  @Override
  public void close() {
    resolver.close();
  }
}
