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
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.epdrouter.openai.OpenAiException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answer to one request: an error, a message whose body is there, or one whose body is
 * still coming. Confined to the client's event loop.
 */
final class AnswerWriter {

  private final Front front;
  private final ClientConnection connection;
  private final Channel channel;
  private final Runnable finished;
  private String requestId = "";
  private boolean keepAlive;
  private boolean http10;
  private @Nullable StreamWriter stream;

  /**
   * A writer for the answer to a request of which nothing is known yet.
   *
   * @param finished run when the last byte was flushed, or when that has failed
   */
  AnswerWriter(Front front, ClientConnection connection, Runnable finished) {
    this.front = front;
    this.connection = connection;
    this.channel = connection.context().channel();
    this.finished = finished;
  }

  /**
   * Takes note of the request's name, which every answer returns, and of what the client speaks.
   */
  void begin(String id, boolean keepingAlive, boolean version10) {
    requestId = id;
    keepAlive = keepingAlive;
    http10 = version10;
  }

  /** Whether the connection may be used again behind the answer, as its head says. */
  boolean isKeptAlive() {
    return keepAlive;
  }

  boolean isStreaming() {
    return stream != null;
  }

  void write(OpenAiException answer) {
    HttpHeaders headers = head(answer.contentType());
    answer.headers().forEach(headers::set);
    front.via().append(null, headers);
    write(answer.status(), headers, Unpooled.wrappedBuffer(answer.body()));
  }

  void write(Message message) {
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

  void writabilityChanged() {
    if (stream != null) {
      stream.writabilityChanged();
    }
  }

  void clientLeft() {
    if (stream != null) {
      stream.clientLeft();
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
        .addListener(written -> finished.run());
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
            connection.behindCodec(), body, chunked, front.limits().idleTimeout(), finished);
    body.read(channel.eventLoop(), stream);
  }
}
