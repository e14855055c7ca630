package org.epdrouter.stage;

import java.util.Locale;

/** What a worker does for a request, in the order in which it is done. */
public enum Stage {
  ENCODE,
  PREFILL,
  DECODE;

  private final String label = name().toLowerCase(Locale.ROOT);

  /**
   * The name in settings, metrics and messages: {@code encode}, {@code prefill} or {@code decode}.
   */
  public String label() {
    return label;
  }
}
