package org.epdrouter.simulator;

/** What a worker does in disaggregated serving. */
public enum Role {
  ENCODE("encode"),
  PREFILL("prefill"),
  DECODE("decode"),
  /** Prefill and decode in one engine (vLLM's 1E1PD); also a worker that serves alone. */
  PREFILL_DECODE("prefill-decode");

  private final String label;

  Role(String label) {
    this.label = label;
  }

  /** The name in {@code /sim/state} and in logs. */
  public String label() {
    return label;
  }
}
