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
  private volatile boolean alive = true;

  Worker(Stage stage, URI url, Breakers breakers) {
    this.stage = stage;
    this.url = url;
    this.name = stage.label() + " worker " + url;
    this.breaker = breakers.of(this);
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
      LOG.warn("{} is {}", this, now ? "back" : "dead: its /health fails");
    }
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
