package org.epdrouter.worker;

import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.epdrouter.stage.Stage;

/** One vLLM server in one role. Thread-safe. */
public final class Worker {

  private final Stage stage;
  private final URI url;
  private final AtomicInteger inFlight = new AtomicInteger();

  Worker(Stage stage, URI url) {
    this.stage = stage;
    this.url = url;
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

  void leased() {
    inFlight.incrementAndGet();
  }

  void returned() {
    inFlight.decrementAndGet();
  }

  @Override
  public String toString() {
    return stage.label() + " worker " + url;
  }
}
