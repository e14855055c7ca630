/**
 * What clients and vLLM workers see of the router when nothing goes wrong, tested from outside: a
 * router in this JVM between scripted workers and raw clients.
 */
@NullMarked
package org.epdrouter.wire;

import org.jspecify.annotations.NullMarked;
