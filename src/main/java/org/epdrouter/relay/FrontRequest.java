package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;

/**
 * A client's request, complete. Whoever holds it owns the body's reference.
 *
 * @param path the target up to the query, exactly as sent
 * @param keepAlive whether the client wants to go on using the connection
 * @param http10 whether the client speaks HTTP/1.0, which knows no chunks
 */
record FrontRequest(
    HttpMethod method,
    String path,
    HttpHeaders headers,
    ByteBuf body,
    boolean keepAlive,
    boolean http10) {}
