package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.function.Function;

/**
 * What is sent to a worker. It can be sent again: the body is made anew each time.
 *
 * @param path path and query, as they go into the request line
 * @param headers end-to-end headers; Host and framing are set in them when the request is sent
 * @param body makes the body, a reference that the caller owns
 */
record CallRequest(
    HttpMethod method, String path, HttpHeaders headers, Function<ByteBufAllocator, ByteBuf> body) {

  /** The message for a worker with that Host, owned by the caller. */
  FullHttpRequest message(String host, ByteBufAllocator allocator) {
    ByteBuf bytes = body.apply(allocator);
    headers.set(HttpHeaderNames.HOST, host);
    if (bytes.isReadable() || !HttpMethod.GET.equals(method)) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, bytes.readableBytes());
    }
    return new DefaultFullHttpRequest(
        HttpVersion.HTTP_1_1, method, path, bytes, headers, EmptyHttpHeaders.INSTANCE);
  }
}
