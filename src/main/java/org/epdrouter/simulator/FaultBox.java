package org.epdrouter.simulator;

/** Deals the faults that are set now to the chat requests as they come. Thread-safe. */
final class FaultBox {
  private Faults faults = Faults.NONE;
  private int seen;
  private int hit;

  synchronized void set(Faults newFaults) {
    faults = newFaults;
    seen = 0;
    hit = 0;
  }

  synchronized Faults get() {
    return faults;
  }

  /** The faults of the next chat request. */
  synchronized Faults next() {
    seen++;
    boolean turn = faults.every() <= 1 || seen % faults.every() == 0;
    if (!turn || (faults.times() > 0 && hit >= faults.times())) {
      return Faults.NONE;
    }
    hit++;
    return faults;
  }
}
