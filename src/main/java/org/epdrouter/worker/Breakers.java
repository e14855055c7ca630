package org.epdrouter.worker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;

/**
 * Makes one Resilience4j breaker for each worker. A breaker opens when the last so many calls all
 * failed, and lets a bounded number through again after a while; the first of them that fails opens
 * it anew. Thread-safe.
 */
public final class Breakers {

  /** A long answer says nothing against a worker, but Resilience4j counts slow calls by default. */
  private static final Duration NEVER_SLOW = Duration.ofDays(36_500);

  private final CircuitBreakerRegistry registry;
  private final int failures;
  private final long slowStart;
  private final CircuitBreakerConfig config;

  /**
   * Breakers that are kept in the given registry.
   *
   * @param registry the one that camel-resilience4j uses, so that all breakers are found in one
   *     place
   * @param failures how many calls in a row must fail; 0 for breakers that never open
   * @param open milliseconds until calls are let through again
   * @param halfOpen how many are then let through at the same time
   * @param slowStart milliseconds until a worker that came back takes all of its turns again; 0 for
   *     at once
   */
  public Breakers(
      CircuitBreakerRegistry registry, int failures, long open, int halfOpen, long slowStart) {
    this.registry = registry;
    this.slowStart = slowStart;
    this.failures = failures;
    // Resilience4j's lock-free window of size 1 throws at its second result.
    this.config =
        CircuitBreakerConfig.custom()
            .slidingWindow(
                Math.max(1, failures),
                Math.max(1, failures),
                CircuitBreakerConfig.SlidingWindowType.COUNT_BASED,
                CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
            .failureRateThreshold(100)
            .slowCallDurationThreshold(NEVER_SLOW)
            .waitDurationInOpenState(Duration.ofMillis(Math.max(1, open)))
            .permittedNumberOfCallsInHalfOpenState(Math.max(1, halfOpen))
            .build();
  }

  long slowStart() {
    return slowStart;
  }

  CircuitBreaker of(Worker worker) {
    CircuitBreaker breaker = registry.circuitBreaker(worker.toString(), config);
    if (failures == 0) {
      breaker.transitionToDisabledState();
    }
    return breaker;
  }
}
