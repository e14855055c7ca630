package org.epdrouter.simulator;

import java.time.Duration;

/**
 * How long the engine computes.
 *
 * @param encode per media item that is not in the encoder cache
 * @param prefill before a prefill worker answers
 * @param firstToken before the first token of a decode or prefill+decode worker
 * @param betweenTokens between two tokens of one choice
 */
public record Timing(
    Duration encode, Duration prefill, Duration firstToken, Duration betweenTokens) {

  /** Everything at once. */
  public static final Timing INSTANT =
      new Timing(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  public Timing {
    requireNotNegative("encode", encode);
    requireNotNegative("prefill", prefill);
    requireNotNegative("firstToken", firstToken);
    requireNotNegative("betweenTokens", betweenTokens);
  }

  /** The pace of decode alone; encode and prefill are instant. */
  public static Timing ofTokens(Duration firstToken, Duration betweenTokens) {
    return new Timing(Duration.ZERO, Duration.ZERO, firstToken, betweenTokens);
  }

  private static void requireNotNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
    }
  }
}
