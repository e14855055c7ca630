package org.epdrouter.worker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.epdrouter.stage.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One vLLM server in one role, and what is known of it. Thread-safe. */
public final class Worker {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  private final Stage stage;
  private final URI url;
  private final String name;
  private final CircuitBreaker breaker;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Recovery recovery;
  private volatile boolean alive = true;
  private volatile long lastSuccess;

  Worker(Stage stage, URI url, Breakers breakers) {
    this.stage = stage;
    this.url = url;
    this.name = stage.label() + " worker " + url;
    this.breaker = breakers.of(this);
    this.recovery = new Recovery(breakers.slowStart());
    this.lastSuccess = System.nanoTime();
    breaker
        .getEventPublisher()
        .onStateTransition(
            event -> {
              if (event.getStateTransition().getToState() == CircuitBreaker.State.CLOSED) {
                recovery.begin();
              }
            });
  }

  public Stage stage() {
    return stage;
  }

  /** Scheme, host, port and an optional path prefix, without a slash at the end. */
  public URI url() {
    return url;
  }

  /** Calls under way, each counted until the end of its answer's body. */
  public int inFlight() {
    return inFlight.get();
  }

  /** False while the health probe finds the worker dead. */
  public boolean isAlive() {
    return alive;
  }

  /** Records what the health probe found. */
  public void alive(boolean now) {
    if (alive != now) {
      alive = now;
      if (now) {
        recovery.begin();
      }
      LOG.warn("{} is {}", this, now ? "back" : "dead: its /health fails");
    }
  }

  /** Whether a call has succeeded at or after that {@link System#nanoTime()}. */
  public boolean hasSucceededSince(long nanoTime) {
    return lastSuccess - nanoTime >= 0;
  }

  void succeeded() {
    lastSuccess = System.nanoTime();
  }

  /** False for some of the calls of a worker that has just come back. */
  boolean takesItsTurn() {
    return recovery.takesItsTurn();
  }

  CircuitBreaker breaker() {
    return breaker;
  }

  void leased() {
    inFlight.incrementAndGet();
  }

  void returned() {
    inFlight.decrementAndGet();
  }

  @Override
  public String toString() {
    return name;
  }
}
