/**
 * JMH benchmarks; {@code ./mvnw -Pbenchmarks clean test-compile exec:exec} runs them, no test does.
 */
@NullMarked
package org.epdrouter.benchmarks;

import org.jspecify.annotations.NullMarked;
