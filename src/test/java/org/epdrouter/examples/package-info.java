/** The example scripts, run whole with simulated workers in vLLM's place. */
@NullMarked
package org.epdrouter.examples;

import org.jspecify.annotations.NullMarked;
