package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;

/**
 * A client's request, complete. Whoever holds it owns the body, until {@link #release}.
 *
 * @param path the target up to the query, exactly as sent
 * @param reserved bytes of body memory that are kept for it
 * @param keepAlive whether the client wants to go on using the connection
 * @param http10 whether the client speaks HTTP/1.0, which knows no chunks
 * @param admission where the body's memory is reserved
 */
record FrontRequest(
    HttpMethod method,
    String path,
    HttpHeaders headers,
    ByteBuf body,
    long reserved,
    boolean keepAlive,
    boolean http10,
    Admission admission) {

  /** Lets the body go, and the memory that was reserved for it. */
  void release() {
    admission.free(reserved);
    body.release();
  }
}
