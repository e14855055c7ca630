package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.component.netty.http.NettyHttpConsumer;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.worker.RequestScope;
import org.jspecify.annotations.Nullable;

/**
 * A client's request on its way through the routes and back: makes the Camel exchange, and writes
 * what comes of it. The exchange's unit of work lasts until the answer's last byte is flushed.
 * Confined to the client's event loop, but for the end of the route, which may come on any thread.
 */
final class FrontExchange {

  private final Front front;
  private final ClientConnection connection;
  private final FrontCodec codec;
  private final Channel channel;
  private String requestId = "";
  private boolean keepAlive;
  private boolean http10;
  private boolean gone;
  private boolean finished;
  private @Nullable NettyHttpConsumer consumer;
  private @Nullable Exchange exchange;
  private @Nullable RequestScope scope;
  private @Nullable StreamWriter stream;

  FrontExchange(Front front, ClientConnection connection, FrontCodec codec) {
    this.front = front;
    this.connection = connection;
    this.codec = codec;
    this.channel = connection.context().channel();
  }

  /** Runs the routes. Takes the request's body over. */
  void start(FrontRequest request) {
    requestId = RequestId.of(request.headers().get(RequestId.HEADER));
    keepAlive = request.keepAlive();
    http10 = request.http10();
    codec.answersHead(HttpMethod.HEAD.equals(request.method()));
    NettyHttpConsumer route = front.consumer();
    if (route == null) {
      turnAway(request, notReady());
    } else if (front.via().isIn(request.headers())) {
      turnAway(request, loop());
    } else if (!front.admission().enter()) {
      turnAway(request, front.admission().tooManyRequests());
    } else {
      run(request, route);
    }
  }

  private void turnAway(FrontRequest request, OpenAiException answer) {
    request.release();
    write(answer);
  }

  private void run(FrontRequest request, NettyHttpConsumer route) {
    consumer = route;
    RequestScope opened = new RequestScope();
    scope = opened;
    opened.onClose(request::release);
    opened.onClose(front.admission()::leave);
    Exchange created = route.createExchange(false);
    exchange = created;
    created.setPattern(ExchangePattern.InOut);
    opened.putOn(created);
    fill(created.getIn(), request);
    try {
      route.createUoW(created);
      route.getAsyncProcessor().process(created, doneSync -> routed(created));
    } catch (Exception failure) {
      created.setException(failure);
      routed(created);
    }
  }

  private void fill(Message message, FrontRequest request) {
    Map<String, Object> headers = message.getHeaders();
    headers.put(Exchange.HTTP_METHOD, request.method().name());
    headers.put(Exchange.HTTP_PATH, request.path());
    headers.put(RequestId.HEADER, requestId);
    front.headers().let(request.headers(), headers);
    Via.keep(request.headers(), headers);
    message.setBody(request.body());
  }

  /** Answers a request that never reached the routes. */
  void refuse(Refusal refusal) {
    HttpRequest request = refusal.request();
    requestId = RequestId.of(request == null ? null : request.headers().get(RequestId.HEADER));
    codec.answersHead(request != null && HttpMethod.HEAD.equals(request.method()));
    write(refusal.answer());
  }

  private void routed(Exchange done) {
    if (!channel.eventLoop().inEventLoop()) {
      channel.eventLoop().execute(() -> routed(done));
      return;
    }
    if (gone) {
      if (done.getMessage().getBody() instanceof StreamBody body) {
        body.cancel();
      }
      finish();
      return;
    }
    try {
      Exception failure = done.getException();
      if (failure != null) {
        write(FailureAnswer.of(failure));
      } else {
        write(done.getMessage());
      }
    } catch (RuntimeException unwritable) {
      write(FailureAnswer.of(unwritable));
    }
  }

  private void write(OpenAiException answer) {
    HttpHeaders headers = head(answer.contentType());
    answer.headers().forEach(headers::set);
    front.via().append(null, headers);
    write(answer.status(), headers, Unpooled.wrappedBuffer(answer.body()));
  }

  private void write(Message message) {
    HttpHeaders headers = head(message.getHeader(Exchange.CONTENT_TYPE, String.class));
    front.headers().answer(message.getHeaders(), headers);
    front.via().append(message.getHeader("Via"), headers);
    Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    int code = status == null ? 200 : status;
    if (message.getBody() instanceof StreamBody body) {
      write(code, headers, body);
    } else {
      write(code, headers, bytes(message));
    }
  }

  private HttpHeaders head(@Nullable String contentType) {
    HttpHeaders headers = new DefaultHttpHeaders();
    if (contentType != null) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
    }
    headers.set(HttpHeaderNames.DATE, HttpDate.now());
    headers.set(RequestId.HEADER, requestId);
    if (!keepAlive || connection.isLast()) {
      keepAlive = false;
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (http10) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
    return headers;
  }

  private static OpenAiException notReady() {
    return OpenAiException.of(
            503, new OpenAiError("the router is not ready", OpenAiError.SERVER, null, "not_ready"))
        .withHeader("Retry-After", "1");
  }

  private static OpenAiException loop() {
    return OpenAiException.of(
        508,
        new OpenAiError(
            "the request has come through this router before: a worker URL leads back to it",
            OpenAiError.SERVER,
            null,
            "loop_detected"));
  }

  private static ByteBuf bytes(Message message) {
    Object body = message.getBody();
    if (body == null) {
      return Unpooled.EMPTY_BUFFER;
    }
    if (body instanceof byte[] bytes) {
      return Unpooled.wrappedBuffer(bytes);
    }
    if (body instanceof String text) {
      return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }
    byte[] converted = message.getBody(byte[].class);
    return converted == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(converted);
  }

  private void write(int status, HttpHeaders headers, ByteBuf body) {
    headers.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    channel
        .writeAndFlush(
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(status),
                body,
                headers,
                EmptyHttpHeaders.INSTANCE))
        .addListener(written -> finish());
  }

  private void write(int status, HttpHeaders headers, StreamBody body) {
    if (body.isEventStream()) {
      headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE);
      headers.set("X-Accel-Buffering", "no");
    }
    boolean chunked = false;
    if (body.length() >= 0 && !body.isEventStream()) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length());
    } else if (http10) {
      keepAlive = false;
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else {
      chunked = true;
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    channel.write(
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), headers));
    stream =
        new StreamWriter(
            connection.behindCodec(), body, chunked, front.limits().idleTimeout(), this::finish);
    body.read(channel.eventLoop(), stream);
  }

  void writabilityChanged() {
    if (stream != null) {
      stream.writabilityChanged();
    }
  }

  /** The client has closed its connection: everything that is done for it ends now. */
  void clientLeft() {
    gone = true;
    if (stream != null) {
      stream.clientLeft();
    }
    if (scope != null) {
      scope.close(RequestScope.Ending.CLIENT_LEFT);
    }
    if (stream != null) {
      finish();
    }
  }

  private void finish() {
    if (finished) {
      return;
    }
    finished = true;
    if (scope != null) {
      scope.close(RequestScope.Ending.COMPLETE);
    }
    if (consumer != null && exchange != null) {
      consumer.doneUoW(exchange);
      consumer.releaseExchange(exchange, false);
    }
    if (channel.isActive()) {
      connection.answered(keepAlive);
    }
  }
}
