package org.epdrouter.simulator;

import io.netty.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Sets a worker's faults, and heals them when their time is over. Thread-safe. */
final class FaultSwitch {
  private final FaultBox box;
  private final HttpListener listener;
  private final ScheduledExecutorService timer;

  FaultSwitch(FaultBox box, HttpListener listener, ScheduledExecutorService timer) {
    this.box = box;
    this.listener = listener;
    this.timer = timer;
  }

  /** Does not block; the future is done when the port is closed or open as the faults say. */
  Future<?> set(Faults faults) {
    box.set(faults);
    if (faults.forMillis() > 0) {
      timer.schedule(() -> heal(faults), faults.forMillis(), TimeUnit.MILLISECONDS);
    }
    return faults.refuse() ? listener.pause() : listener.resume();
  }

  @SuppressWarnings("ReferenceEquality") // These faults, not equal ones that were set since.
  private void heal(Faults over) {
    if (box.get() == over) {
      set(Faults.NONE);
    }
  }
}
