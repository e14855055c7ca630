package org.epdrouter.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Connections to workers: made when needed, kept while idle for as long as workers keep them, and
 * used by one call at a time. A call runs on the event loop it was started from whenever a
 * connection of that loop can be had. Thread-safe.
 */
public final class RelayClient implements AutoCloseable {

  private static final int MAX_HEAD = 256 * 1024;
  private static final int MAX_READ = 256 * 1024;

  /** Bounds what a worker that floods may hold back the others on its loop. */
  private static final int READS_AT_ONCE = 4;

  /** Takes most requests with images in one write. */
  private static final int SEND_BUFFER = 512 * 1024;

  private final EventLoops loops;
  private final int connectTimeout;
  private final long keepAliveNanos;
  private final Via via;
  private final WorkerTls tls;
  private final String authorization;
  private final Admission admission;
  private final AddressResolverGroup<InetSocketAddress> resolver;
  private final ConcurrentMap<URI, Target> targets = new ConcurrentHashMap<>();

  /**
   * A client without connections.
   *
   * @param loops where the connections live
   * @param connectTimeout milliseconds
   * @param keepAlive milliseconds after which an idle connection is dropped; less than the workers'
   *     own (vLLM: 5 s)
   * @param authorization what workers get as Authorization; empty for what the message has
   * @param admission bounds the memory of collected answers
   */
  public RelayClient(
      EventLoops loops,
      Via via,
      int connectTimeout,
      long keepAlive,
      WorkerTls tls,
      String authorization,
      Admission admission) {
    this(
        loops, via, connectTimeout, keepAlive, tls, authorization, admission, HostsFile.resolver());
  }

  RelayClient(
      EventLoops loops,
      Via via,
      int connectTimeout,
      long keepAlive,
      WorkerTls tls,
      String authorization,
      Admission admission,
      AddressResolverGroup<InetSocketAddress> resolver) {
    this.admission = admission;
    this.via = via;
    this.tls = tls;
    this.authorization = authorization;
    this.loops = loops;
    this.connectTimeout = connectTimeout;
    this.keepAliveNanos = TimeUnit.MILLISECONDS.toNanos(keepAlive);
    this.resolver = resolver;
    long sweep = Math.max(1, Math.min(keepAlive / 4, 1000));
    for (int loop = 0; loop < loops.count(); loop++) {
      int index = loop;
      loops
          .loop(loop)
          .scheduleWithFixedDelay(() -> closeIdle(index), sweep, sweep, TimeUnit.MILLISECONDS);
    }
  }

  EventLoops loops() {
    return loops;
  }

  Via via() {
    return via;
  }

  Admission admission() {
    return admission;
  }

  int connectTimeout() {
    return connectTimeout;
  }

  /**
   * Puts the router's own key on a call to one of its workers. A call to another server, whose URL
   * stands in a route, does not get it.
   */
  void authorize(HttpHeaders call) {
    if (!authorization.isEmpty()) {
      call.set(HttpHeaderNames.AUTHORIZATION, authorization);
    }
  }

  Target target(URI url) {
    Target target = targets.get(url);
    return target != null
        ? target
        : targets.computeIfAbsent(url, any -> new Target(url, loops.count()));
  }

  /** Gives the call a connection, an idle one if there is one. On any thread. */
  void connect(WorkerCall call) {
    int loop = loops.indexForCaller();
    long oldest = System.nanoTime() - keepAliveNanos;
    WorkerConnection idle = call.target().takeIdle(loop);
    while (idle != null && !(idle.isOpen() && idle.idleSince() - oldest >= 0)) {
      idle.close();
      idle = call.target().takeIdle(loop);
    }
    if (idle != null) {
      idle.begin(call, true);
    } else {
      connectAnew(call, loop);
    }
  }

  /** Gives the call a connection that no other call has used. */
  void connectAnew(WorkerCall call) {
    connectAnew(call, loops.indexForCaller());
  }

  private void connectAnew(WorkerCall call, int loop) {
    Target target = call.target();
    WorkerConnection connection = new WorkerConnection(target, loop);
    long started = System.nanoTime();
    ChannelFuture connecting =
        new Bootstrap()
            .group(loops.loop(loop))
            .channel(NioSocketChannel.class)
            .resolver(resolver)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeout)
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
    call.connecting(connecting);
    // Netty's own timeout begins when the name is resolved, which may take long.
    ScheduledFuture<?> limit =
        loops
            .loop(loop)
            .schedule(
                () -> call.connectFailed(new ConnectTimeoutException(target.toString())),
                connectTimeout,
                TimeUnit.MILLISECONDS);
    connecting.addListener(
        done -> {
          limit.cancel(false);
          if (!done.isSuccess()) {
            call.connectFailed(done.cause());
          } else if (target.tls()) {
            shakeHands(call, connection, started);
          } else {
            connection.begin(call, false);
          }
        });
  }

  /** The handshake has what connecting has left of its time. */
  private void shakeHands(WorkerCall call, WorkerConnection connection, long started) {
    SslHandler handler = connection.channel().pipeline().get(SslHandler.class);
    long spent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    handler.setHandshakeTimeoutMillis(Math.max(1, connectTimeout - spent));
    handler
        .handshakeFuture()
        .addListener(
            done -> {
              if (done.isSuccess()) {
                connection.begin(call, false);
              } else {
                call.connectFailed(done.cause());
              }
            });
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

  private void closeIdle(int loop) {
    long oldest = System.nanoTime() - keepAliveNanos;
    targets.values().forEach(target -> target.closeIdleSince(loop, oldest));
  }

  /** Closes the name resolver; the connections go with the event loops. */
  @Override
  public void close() {
    resolver.close();
  }
}
