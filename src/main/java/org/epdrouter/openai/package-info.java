/**
 * The documents of the OpenAI protocol: the client's chat request as bytes with an index into them,
 * bodies spliced from those bytes, and errors in OpenAI's shape. Nothing here knows Camel, HTTP
 * connections, workers or stages; JSON is read in one streaming pass and is never built as a tree
 * nor written again.
 */
@NullMarked
package org.epdrouter.openai;

import org.jspecify.annotations.NullMarked;
