package org.epdrouter.simulator;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;

/**
 * A request and its answer, with uvicorn's headers. To be used on {@link #loop()} only. Answering
 * after the connection closed is harmless.
 */
final class Exchange {
  private static final String JSON = "application/json";

  @SuppressWarnings("UnnecessaryLambda") // A value that is assigned, not a method that is called.
  private static final Runnable NOTHING = () -> {};

  private final Connection connection;
  private final ChannelHandlerContext context;
  private final HttpMethod method;
  private final String path;
  private final HttpHeaders headers;
  private final ByteBuf content;
  private final HttpVersion version;
  private final boolean keepAlive;
  private final UvicornHead head;
  private Runnable onGone = NOTHING;
  private Runnable onWritable = NOTHING;

  Exchange(Connection connection, ChannelHandlerContext context, FullHttpRequest request) {
    this.connection = connection;
    this.context = context;
    this.method = request.method();
    this.path = pathOf(request.uri());
    this.headers = request.headers();
    this.content = request.content();
    this.version = request.protocolVersion();
    this.keepAlive = HttpUtil.isKeepAlive(request);
    this.head = new UvicornHead(keepAlive);
  }

  String method() {
    return method.name();
  }

  String path() {
    return path;
  }

  /** A request header, "" when absent. */
  String header(String name) {
    return headers.get(name, "");
  }

  ByteBuf content() {
    return content;
  }

  EventLoop loop() {
    return context.channel().eventLoop();
  }

  boolean isOpen() {
    return context.channel().isActive();
  }

  boolean isWritable() {
    return context.channel().isWritable();
  }

  /** Run when the connection closes before the answer's end, also if its last bytes never left. */
  void onGone(Runnable action) {
    onGone = action;
  }

  /** Run once when {@link #isWritable()} turns true. */
  void onWritable(Runnable action) {
    onWritable = action;
  }

  void addHeader(String name, String value) {
    head.add(name, value);
  }

  void json(int status, byte[] body) {
    send(status, JSON, body);
  }

  void error(VllmError error) {
    if (error.retryAfter() > 0) {
      addHeader("retry-after", Integer.toString(error.retryAfter()));
    }
    json(error.status(), error.toJson());
  }

  void empty(int status) {
    send(status, "", new byte[0]);
  }

  void send(int status, String contentType, String body) {
    send(status, contentType, body.getBytes(StandardCharsets.UTF_8));
  }

  void send(int status, String contentType, byte[] body) {
    boolean bodiless = method.equals(HttpMethod.HEAD);
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            bodiless ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    head.write(response, contentType);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    finish(response, keepAlive);
  }

  void openStream() {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.write(response, "text/event-stream; charset=utf-8");
    if (isChunked()) {
      HttpUtil.setTransferEncodingChunked(response, true);
    }
    context.writeAndFlush(response, context.voidPromise());
  }

  /** One event, one HTTP chunk. */
  void event(String event) {
    context.writeAndFlush(
        new DefaultHttpContent(ByteBufUtil.writeUtf8(context.alloc(), event)),
        context.voidPromise());
  }

  void endStream() {
    finish(LastHttpContent.EMPTY_LAST_CONTENT, keepAlive && isChunked());
  }

  /** A head that promises more than it sends; the caller resets afterwards. */
  void truncated(byte[] body) {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.write(response, JSON);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    context.write(response);
    context.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(body, 0, body.length / 2)));
  }

  /** Closes the connection with a TCP reset. */
  void reset() {
    onGone = NOTHING;
    context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    context.close();
  }

  void gone() {
    onGone.run();
  }

  void writable() {
    Runnable action = onWritable;
    onWritable = NOTHING;
    action.run();
  }

  private void finish(Object last, boolean stayOpen) {
    ChannelFuture written = context.writeAndFlush(last);
    written.addListener(
        future -> {
          if (!future.isSuccess()) {
            onGone.run();
          }
        });
    if (!stayOpen) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
    connection.ended(context, !stayOpen);
  }

  private boolean isChunked() {
    return version.isKeepAliveDefault();
  }

  private static String pathOf(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }
}
