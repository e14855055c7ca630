package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.function.Function;

/**
 * What is sent to a worker. It can be sent again: the body is made anew each time.
 *
 * @param path path and query, as they go into the request line
 * @param headers end-to-end headers; Host and framing are set in them when the request is sent
 * @param body makes the body, a reference that the caller owns
 */
record CallRequest(
    HttpMethod method,
    String path,
    HttpHeaders headers,
    Function<ByteBufAllocator, ByteBuf> body) {}
