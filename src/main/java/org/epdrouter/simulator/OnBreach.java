package org.epdrouter.simulator;

/** What a worker does when an earlier stage did not do its part; it is counted either way. */
public enum OnBreach {
  /** Answers an error: 400 for an item never encoded, 500 for KV blocks not held. */
  FAIL,
  /** Computes again what is missing, as vLLM can. */
  RECOMPUTE
}
