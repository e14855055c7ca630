/**
 * The steps and strategies that the routes name, each a verb: they read what a Camel exchange
 * carries, call a pure function, and put the result back. No step waits, and none knows of HTTP.
 *
 * <p>From {@link org.epdrouter.pipeline.ParseChatRequest} to decode the message body is the {@link
 * org.epdrouter.openai.ChatRequest}; prefill's params are the exchange property {@code
 * transferParams}.
 */
@NullMarked
package org.epdrouter.pipeline;

import org.jspecify.annotations.NullMarked;
