package org.epdrouter.simulator;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening HTTP port. It can stop listening for a while and take the same port again.
 * Thread-safe.
 */
final class HttpListener {
  private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);
  private static final int MAX_LINE = 16 << 10;
  private static final int MAX_HEADERS = 128 << 10;
  private static final int CHUNK = 64 << 10;
  private static final int MAX_COMPONENTS = 1 << 16;

  private final ServerBootstrap bootstrap;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final InetSocketAddress address;
  private Channel listening;
  private boolean closed;

  /** Listens at once; throws an IllegalStateException when the port is taken. */
  HttpListener(
      EventLoopGroup group,
      String host,
      int port,
      Duration keepAlive,
      int maxBody,
      Ledger ledger,
      HttpEndpoint endpoint) {
    bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel, keepAlive, maxBody, ledger, endpoint);
                  }
                });
    listening = listen(host, port);
    address = new InetSocketAddress(host, ((InetSocketAddress) listening.localAddress()).getPort());
  }

  int port() {
    return address.getPort();
  }

  /** Refuses new connections and closes idle ones; requests that run go on. Does not block. */
  synchronized Future<?> pause() {
    for (Channel connection : connections) {
      connection.eventLoop().execute(() -> closeIfIdle(connection));
    }
    return listening.close();
  }

  /** Listens again, if it does not. Does not block. */
  synchronized Future<?> resume() {
    if (listening.isOpen() || closed) {
      return listening.newSucceededFuture();
    }
    ChannelFuture bound = bootstrap.bind(address);
    bound.addListener(
        f -> {
          if (!f.isSuccess()) {
            LOG.warn("cannot listen again at {}", address, f.cause());
          }
        });
    listening = bound.channel();
    return bound;
  }

  void close() {
    ChannelFuture stopped;
    synchronized (this) {
      closed = true;
      stopped = listening.close();
    }
    stopped.awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
  }

  private static void closeIfIdle(Channel connection) {
    Connection handler = connection.pipeline().get(Connection.class);
    if (handler != null && handler.isIdle()) {
      connection.close();
    }
  }

  private Channel listen(String host, int port) {
    ChannelFuture bound = bootstrap.bind(host, port).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IllegalStateException(
          "port: " + port + " (expected: a free port of " + host + ")", bound.cause());
    }
    return bound.channel();
  }

  private void accept(
      Channel channel, Duration idle, int maxBody, Ledger ledger, HttpEndpoint endpoint) {
    connections.add(channel);
    ledger.increment(Counter.CONNECTIONS_ACCEPTED);
    ledger.increment(Counter.OPEN_CONNECTIONS);
    channel.closeFuture().addListener(f -> ledger.decrement(Counter.OPEN_CONNECTIONS));
    KeepAlive keepAlive = new KeepAlive(idle.toNanos());
    HttpObjectAggregator aggregator = new HttpObjectAggregator(maxBody);
    aggregator.setMaxCumulationBufferComponents(MAX_COMPONENTS);
    channel
        .pipeline()
        .addLast(
            keepAlive,
            new HttpServerCodec(MAX_LINE, MAX_HEADERS, CHUNK),
            aggregator,
            new Connection(endpoint, keepAlive));
  }
}
