package org.epdrouter.simulator;

/** Where encode leaves its outputs for prefill, by item hash. Thread-safe. */
interface EcStore {

  boolean contains(String hash);

  /** Registers an output; false when it was there already. */
  boolean add(String hash);

  void clear();

  /** For a worker without an EC connector: it encodes for itself, so nothing is ever missing. */
  static EcStore local() {
    return new EcStore() {
      @Override
      public boolean contains(String hash) {
        return true;
      }

      @Override
      public boolean add(String hash) {
        return true;
      }

      @Override
      public void clear() {}
    };
  }
}
