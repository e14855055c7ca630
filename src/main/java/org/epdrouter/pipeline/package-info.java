/**
 * The steps and strategies that the routes name, each a verb: they read what a Camel exchange
 * carries, call a pure function, and put the result back. No step waits (but for {@link
 * org.epdrouter.pipeline.LimitInFlight}, which is made for that), and none knows of HTTP.
 *
 * <p>From {@link org.epdrouter.pipeline.ParseChatRequest} to decode the message body is the {@link
 * org.epdrouter.openai.ChatRequest}; its media items are the exchange property {@code mediaItems},
 * prefill's params the property {@code transferParams}.
 */
@NullMarked
package org.epdrouter.pipeline;

import org.jspecify.annotations.NullMarked;
