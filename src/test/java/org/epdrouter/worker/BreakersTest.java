package org.epdrouter.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.epdrouter.stage.Stage;
import org.junit.jupiter.api.Test;

@SuppressWarnings("StaticAssignmentOfThrowable") // only its identity counts
final class BreakersTest {
  private static final int FAILURES = 3;

  private final RuntimeException fault = new IllegalStateException("reset");

  @Test
  void opensOnlyAfterSoManyFailuresInARow() {
    Worker worker = worker(1);

    failed(worker, 2);
    lease(worker).succeeded();
    failed(worker, 2);
    assertThat(worker.breaker().getState()).isEqualTo(State.CLOSED);
    failed(worker, 1);

    assertThat(worker.breaker().getState()).isEqualTo(State.OPEN);
  }

  @Test
  void neverOpensWhereBreakersAreSwitchedOff() {
    Worker worker = worker(new Breakers(CircuitBreakerRegistry.ofDefaults(), 0, 3_600_000, 1, 0));

    failed(worker, 2 * FAILURES);

    assertThat(worker.breaker().tryAcquirePermission()).isTrue();
  }

  @Test
  void neverOpensForLongAnswers() {
    Worker worker = worker(1);

    for (int i = 0; i < 2 * FAILURES; i++) {
      worker.breaker().onSuccess(10, TimeUnit.MINUTES);
    }

    assertThat(worker.breaker().getState()).isEqualTo(State.CLOSED);
  }

  @Test
  void hearsNothingOfCallsThatSayNothing() {
    Worker worker = worker(1);

    failed(worker, 2);
    for (int i = 0; i < 10; i++) {
      lease(worker).ignored();
    }

    assertThat(worker.breaker().getState()).isEqualTo(State.CLOSED);
    failed(worker, 1);
    assertThat(worker.breaker().getState()).isEqualTo(State.OPEN);
  }

  @Test
  void opensAnewWithTheFirstOfSeveralTrialsThatFails() {
    Worker worker = worker(3);
    failed(worker, FAILURES);
    worker.breaker().transitionToHalfOpenState();

    Lease first = lease(worker);
    Lease second = lease(worker);
    first.failed(fault);

    assertThat(worker.breaker().getState()).isEqualTo(State.OPEN);
    second.succeeded();
    assertThat(worker.breaker().getState()).isEqualTo(State.OPEN);
  }

  @Test
  void closesWhenAllTrialsSucceeded() {
    Worker worker = worker(2);
    failed(worker, FAILURES);
    worker.breaker().transitionToHalfOpenState();

    Lease first = lease(worker);
    Lease second = lease(worker);
    assertThat(worker.breaker().tryAcquirePermission()).isFalse();
    first.succeeded();
    second.succeeded();

    assertThat(worker.breaker().getState()).isEqualTo(State.CLOSED);
  }

  @Test
  void letsAnotherTrialThroughForOneThatSaidNothing() {
    Worker worker = worker(1);
    failed(worker, FAILURES);
    worker.breaker().transitionToHalfOpenState();

    lease(worker).ignored();

    assertThat(worker.breaker().tryAcquirePermission()).isTrue();
    assertThat(worker.breaker().tryAcquirePermission()).isFalse();
  }

  @Test
  void letsNoFurtherTrialThroughForCallsFromBeforeItOpened() {
    Worker worker = worker(1);
    Lease[] early = {lease(worker), lease(worker), lease(worker)};
    failed(worker, FAILURES);
    worker.breaker().transitionToHalfOpenState();

    for (Lease lease : early) {
      lease.ignored();
    }

    assertThat(worker.breaker().tryAcquirePermission()).isTrue();
    assertThat(worker.breaker().tryAcquirePermission()).isFalse();
  }

  @Test
  void takesAResultAfterTheOther() {
    Worker worker = worker(new Breakers(CircuitBreakerRegistry.ofDefaults(), 1, 3_600_000, 1, 0));

    for (int i = 0; i < 3; i++) {
      lease(worker).succeeded();
    }

    assertThat(worker.inFlight()).isZero();
    assertThat(worker.breaker().getState()).isEqualTo(State.CLOSED);
  }

  @Test
  void endsALeaseOnce() {
    Worker worker = worker(1);

    Lease lease = lease(worker);
    assertThat(worker.inFlight()).isEqualTo(1);
    for (int i = 0; i < 2 * FAILURES; i++) {
      lease.failed(fault);
    }

    assertThat(worker.inFlight()).isZero();
    assertThat(worker.breaker().getState()).isEqualTo(State.CLOSED);
  }

  private void failed(Worker worker, int times) {
    for (int i = 0; i < times; i++) {
      lease(worker).failed(fault);
    }
  }

  private static Lease lease(Worker worker) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    CircuitBreaker breaker = worker.breaker();
    assertThat(breaker.tryAcquirePermission()).isTrue();
    Lease.takePermitted(worker, exchange);
    return Lease.of(exchange);
  }

  private static Worker worker(int halfOpen) {
    return worker(
        new Breakers(CircuitBreakerRegistry.ofDefaults(), FAILURES, 3_600_000, halfOpen, 0));
  }

  private static Worker worker(Breakers breakers) {
    return new Worker(Stage.DECODE, URI.create("http://127.0.0.1:1"), breakers);
  }
}
