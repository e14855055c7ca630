package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpHeaders;

/**
 * A worker's answer.
 *
 * @param body {@code byte[]} when it was collected, else a {@link StreamBody}
 */
record WorkerAnswer(int status, HttpHeaders headers, Object body) {}
