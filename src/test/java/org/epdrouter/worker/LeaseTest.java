package org.epdrouter.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.io.IOException;
import java.net.URI;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.epdrouter.stage.Stage;
import org.junit.jupiter.api.Test;

@SuppressWarnings("StaticAssignmentOfThrowable") // only its identity counts
final class LeaseTest {
  private final IOException reset = new IOException("reset");

  private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());
  private final Worker worker =
      new Worker(
          Stage.DECODE,
          URI.create("http://d"),
          new Breakers(CircuitBreakerRegistry.ofDefaults(), 2, 60_000, 1, 0));

  @Test
  void countsTheCallUntilItEndsForTheFirstTime() {
    Lease lease = permitted();
    assertThat(worker.inFlight()).isEqualTo(1);

    lease.succeeded();
    lease.failed(reset);
    lease.ignored();

    assertThat(worker.inFlight()).isZero();
    assertThat(worker.breaker().getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(1);
    assertThat(worker.breaker().getMetrics().getNumberOfFailedCalls()).isZero();
  }

  @Test
  void opensTheBreakerWithFailuresInARow() {
    permitted().failed(reset);
    permitted().succeeded();
    permitted().failed(reset);
    assertThat(worker.breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);

    permitted().failed(reset);

    assertThat(worker.breaker().getState()).isEqualTo(CircuitBreaker.State.OPEN);
  }

  @Test
  void saysNothingOfTheWorkerWhenItIsIgnored() {
    permitted().failed(reset);
    permitted().ignored();

    assertThat(worker.breaker().getMetrics().getNumberOfBufferedCalls()).isEqualTo(1);
    assertThat(worker.inFlight()).isZero();
  }

  @Test
  void saysNothingToABreakerThatWasNotAsked() {
    for (int i = 0; i < 3; i++) {
      Lease.take(worker, exchange);
      leased().failed(reset);
    }

    assertThat(worker.breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    assertThat(worker.inFlight()).isZero();
  }

  @Test
  void isOnTheExchangeThatItWasTakenFor() {
    assertThat(Lease.of(exchange)).isNull();

    Lease lease = permitted();

    assertThat(Lease.of(exchange)).isSameAs(lease);
    assertThat(lease.worker()).isSameAs(worker);
  }

  private Lease permitted() {
    assertThat(worker.breaker().tryAcquirePermission()).isTrue();
    Lease.takePermitted(worker, exchange);
    return leased();
  }

  private Lease leased() {
    Lease lease = Lease.of(exchange);
    assertThat(lease).isNotNull();
    return lease;
  }
}
