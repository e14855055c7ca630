/**
 * The HTTP data path, all of it on Netty event loops and none of it waiting: the server pipeline
 * behind Camel's netty-http, the {@code relay:} component that calls a worker, and {@link
 * org.epdrouter.relay.StreamBody}, which joins the two while an answer is streamed.
 *
 * <p>Nothing here knows of stages, of OpenAI's documents (but for the shape of an error) or of the
 * pipeline.
 */
@NullMarked
package org.epdrouter.relay;

import org.jspecify.annotations.NullMarked;
