package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Collects a request's body, within bounds, and hands on a {@link FrontRequest} or a {@link
 * Refusal}.
 */
final class RequestReader extends ChannelInboundHandlerAdapter {

  private final FrontLimits limits;
  private final Admission admission;
  private final ApiKeys keys;
  private final ClientConnection connection;
  private final ClientTimer timer;
  private final BodyCollector body = new BodyCollector();
  private @Nullable HttpRequest head;
  private boolean refused;
  private long reserved;

  RequestReader(Front front, ClientConnection connection, ClientTimer timer) {
    this.limits = front.limits();
    this.admission = front.admission();
    this.keys = front.keys();
    this.connection = connection;
    this.timer = timer;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (refused) {
      ReferenceCountUtil.release(msg);
    } else if (msg instanceof Refusal refusal) {
      refuse(ctx, refusal);
    } else if (msg instanceof HttpRequest request) {
      begin(ctx, request);
    } else {
      content(ctx, (HttpContent) msg);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    long length = HttpUtil.getContentLength(request, 0L);
    String coding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING);
    String expect = request.headers().get(HttpHeaderNames.EXPECT);
    boolean http11 = HttpVersion.HTTP_1_1.equals(request.protocolVersion());
    boolean hasBody = length > 0 || HttpUtil.isTransferEncodingChunked(request);
    head = request;
    if (!keys.letIn(path(request), request.headers(), hasBody)) {
      refuse(ctx, Refusal.unauthorized());
    } else if (length > limits.maxBody()) {
      refuse(ctx, Refusal.bodyTooLarge(length + " bytes", limits.maxBody()));
    } else if (expect != null
        && http11
        && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)) {
      refuse(ctx, Refusal.expectation());
    } else if (coding != null && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(coding)) {
      refuse(ctx, Refusal.encoded(coding));
    } else {
      timer.bodyStarted();
      if (expect != null && http11) {
        connection.inviteBody();
      }
    }
  }

  private void content(ChannelHandlerContext ctx, HttpContent content) {
    HttpRequest request = head;
    if (request == null) {
      content.release();
      return;
    }
    int size = content.content().readableBytes();
    if (reserved + size > limits.maxBody()) {
      content.release();
      refuse(ctx, Refusal.bodyTooLarge("without a declared length", limits.maxBody()));
      return;
    }
    if (!admission.reserve(size)) {
      content.release();
      refuse(ctx, new Refusal(admission.tooMuchMemory()));
      return;
    }
    reserved += size;
    if (content instanceof LastHttpContent) {
      FrontRequest complete = complete(request, body.complete(content.content()));
      head = null;
      reserved = 0;
      timer.requestRead();
      ctx.fireChannelRead(complete);
    } else {
      body.add(content.content());
    }
  }

  private FrontRequest complete(HttpRequest request, ByteBuf body) {
    return new FrontRequest(
        request.method(),
        path(request),
        request.headers(),
        body,
        reserved,
        HttpUtil.isKeepAlive(request),
        HttpVersion.HTTP_1_0.equals(request.protocolVersion()),
        admission);
  }

  /** What the key and the routes are decided by. */
  private static String path(HttpRequest request) {
    String uri = request.uri();
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  /** The client has been too slow with its body. */
  void tooSlow(ChannelHandlerContext ctx) {
    refuse(ctx, Refusal.bodyTooSlow(limits.bodyTimeout()));
  }

  private void refuse(ChannelHandlerContext ctx, Refusal refusal) {
    HttpRequest request = head;
    refused = true;
    head = null;
    timer.requestRead();
    drop();
    ctx.fireChannelRead(request == null ? refusal : refusal.of(request));
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    drop();
  }

  private void drop() {
    body.drop();
    admission.free(reserved);
    reserved = 0;
  }
}
