package org.epdrouter.relay;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.component.netty.NettyServerBootstrapFactory;
import org.apache.camel.component.netty.http.HttpServerBootstrapFactory;
import org.apache.camel.component.netty.http.HttpServerConsumerChannelFactory;
import org.apache.camel.component.netty.http.NettyHttpConsumer;
import org.apache.camel.component.netty.http.NettySharedHttpServer;
import org.apache.camel.component.netty.http.NettySharedHttpServerBootstrapConfiguration;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The server behind Camel's {@code netty-http} consumer, by its extension point {@code
 * nettySharedHttpServer}: the whole pipeline from the socket to the exchange and back is the
 * router's own. It takes one consumer, which must listen on all paths; the route dispatches.
 */
public final class FrontServer extends ServiceSupport implements NettySharedHttpServer {

  private static final WriteBufferWaterMark WRITE_MARKS =
      new WriteBufferWaterMark(32 * 1024, 128 * 1024);

  private final Front front;
  private final OneConsumer consumers;
  private final HttpServerBootstrapFactory bootstrap;

  /**
   * A server that binds when its consumer starts.
   *
   * @param loops where its connections live
   * @param host address to listen on
   * @param forwardHeaders comma-separated names of headers that pass in both directions
   */
  public FrontServer(
      EventLoops loops,
      String host,
      int port,
      FrontLimits limits,
      Admission admission,
      Via via,
      String forwardHeaders,
      ApiKeys keys,
      FrontTls tls) {
    HeaderPolicy headers = new HeaderPolicy(forwardHeaders, keys.isEmpty());
    this.front = new Front(limits, headers, admission, via, keys);
    this.consumers = new OneConsumer(front, port);
    NettySharedHttpServerBootstrapConfiguration configuration =
        new NettySharedHttpServerBootstrapConfiguration();
    configuration.setProtocol("tcp");
    configuration.setHost(host);
    configuration.setPort(port);
    configuration.setBossGroup(loops.group());
    configuration.setWorkerGroup(loops.group());
    configuration.setBacklog(4096);
    this.bootstrap = new HttpServerBootstrapFactory(consumers, false);
    bootstrap.init(
        new DefaultThreadFactory("epd-front", true), configuration, new Connections(front, tls));
  }

  private static final class Connections extends ChannelInitializer<Channel> {
    private final Front front;
    private final FrontTls tls;

    Connections(Front front, FrontTls tls) {
      this.front = front;
      this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
      channel.config().setOption(ChannelOption.TCP_NODELAY, true);
      channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
      channel.config().setWriteBufferWaterMark(WRITE_MARKS);
      tls.secure(channel, front.limits().headerTimeout());
      new ClientConnection(front).assemble(channel);
    }
  }

  /** Keeps the one consumer of the port; the handlers find it in {@link Front}. */
  private static final class OneConsumer implements HttpServerConsumerChannelFactory {
    private final Front front;
    private final int port;

    OneConsumer(Front front, int port) {
      this.front = front;
      this.port = port;
    }

    @Override
    public void init(int ignored) {}

    @Override
    public int getPort() {
      return port;
    }

    @Override
    public void addConsumer(NettyHttpConsumer consumer) {
      front.consumer(consumer);
    }

    @Override
    public void removeConsumer(NettyHttpConsumer consumer) {
      front.consumer(null);
    }

    @Override
    public int consumers() {
      return front.consumer() == null ? 0 : 1;
    }

    @Override
    public ChannelHandler getChannelHandler() {
      throw new UnsupportedOperationException("the pipeline is assembled by ClientConnection");
    }
  }

  @Override
  public NettyServerBootstrapFactory getServerBootstrapFactory() {
    return bootstrap;
  }

  @Override
  public HttpServerConsumerChannelFactory getConsumerChannelFactory() {
    return consumers;
  }

  @Override
  public int getPort() {
    return consumers.getPort();
  }

  @Override
  public int getConsumersSize() {
    return consumers.consumers();
  }

  @Override
  public void setNettyServerBootstrapConfiguration(
      NettySharedHttpServerBootstrapConfiguration configuration) {
    throw new UnsupportedOperationException("configured by its constructor");
  }

  @Override
  public void setCamelContext(CamelContext context) {}

  @Override
  public void setStartServer(boolean start) {}

  @Override
  public void setThreadNamePattern(String pattern) {}
}
