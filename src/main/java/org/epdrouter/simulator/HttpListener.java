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
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A listening HTTP port. It can stop listening for a while and take the same port again. */
final class HttpListener {
  private static final int MAX_LINE = 16 << 10;
  private static final int MAX_HEADERS = 128 << 10;
  private static final int CHUNK = 64 << 10;
  private static final int MAX_COMPONENTS = 1 << 16;

  private final ServerBootstrap bootstrap;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final InetSocketAddress address;
  private volatile Channel listening;

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
  void pause() {
    listening.close();
    connections.stream()
        .filter(c -> c.pipeline().get(Connection.class).isIdle())
        .forEach(Channel::close);
  }

  /** Listens again. Does not block. */
  void resume() {
    if (!listening.isOpen()) {
      listening = bootstrap.bind(address).channel();
    }
  }

  void close() {
    listening.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
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
