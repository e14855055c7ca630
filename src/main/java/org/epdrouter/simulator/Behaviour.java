package org.epdrouter.simulator;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings that all workers of a cluster share.
 *
 * @param timing the pace
 * @param missedItem what prefill does about an item that was never encoded
 * @param missingKv what decode does about KV blocks that prefill does not hold
 * @param kvLease how long prefill holds blocks for decode (NIXL: 30 s)
 * @param keepAlive idle time after which a connection is closed (uvicorn: 5 s)
 * @param defaultTokens tokens of a reply when the request has no cap; it then ends with {@code
 *     stop}, otherwise at the cap with {@code length}
 * @param maxNumSeqs requests that run at once, the others wait in line
 * @param maxBody largest request body in bytes; 413 beyond
 * @param profiling whether the profile endpoints exist
 * @param requestIdHeaders whether {@code x-request-id} is returned
 * @param apiKey bearer token wanted on {@code /v1}, or null
 */
public record Behaviour(
    Timing timing,
    OnBreach missedItem,
    OnBreach missingKv,
    Duration kvLease,
    Duration keepAlive,
    int defaultTokens,
    int maxNumSeqs,
    int maxBody,
    boolean profiling,
    boolean requestIdHeaders,
    @Nullable String apiKey) {

  public Behaviour {
    requirePositive("kvLease", kvLease.toNanos());
    requirePositive("keepAlive", keepAlive.toNanos());
    requirePositive("defaultTokens", defaultTokens);
    requirePositive("maxNumSeqs", maxNumSeqs);
    requirePositive("maxBody", maxBody);
  }

  /** Instant, strict, with vLLM's and uvicorn's times. */
  public static Behaviour defaults() {
    return builder().build();
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }

  /** Builds a {@link Behaviour}; every member has a default. Not thread-safe. */
  public static final class Builder {
    private Timing timing = Timing.INSTANT;
    private OnBreach missedItem = OnBreach.FAIL;
    private OnBreach missingKv = OnBreach.FAIL;
    private Duration kvLease = Duration.ofSeconds(30);
    private Duration keepAlive = Duration.ofSeconds(5);
    private int defaultTokens = 16;
    private int maxNumSeqs = Integer.MAX_VALUE;
    private int maxBody = 256 << 20;
    private boolean profiling = true;
    private boolean requestIdHeaders = true;
    private @Nullable String apiKey;

    private Builder() {}

    public Builder timing(Timing value) {
      timing = value;
      return this;
    }

    public Builder missedItem(OnBreach value) {
      missedItem = value;
      return this;
    }

    public Builder missingKv(OnBreach value) {
      missingKv = value;
      return this;
    }

    public Builder kvLease(Duration value) {
      kvLease = value;
      return this;
    }

    public Builder keepAlive(Duration value) {
      keepAlive = value;
      return this;
    }

    public Builder defaultTokens(int value) {
      defaultTokens = value;
      return this;
    }

    public Builder maxNumSeqs(int value) {
      maxNumSeqs = value;
      return this;
    }

    public Builder maxBody(int value) {
      maxBody = value;
      return this;
    }

    public Builder profiling(boolean value) {
      profiling = value;
      return this;
    }

    public Builder requestIdHeaders(boolean value) {
      requestIdHeaders = value;
      return this;
    }

    public Builder apiKey(@Nullable String value) {
      apiKey = value;
      return this;
    }

    public Behaviour build() {
      return new Behaviour(
          timing,
          missedItem,
          missingKv,
          kvLease,
          keepAlive,
          defaultTokens,
          maxNumSeqs,
          maxBody,
          profiling,
          requestIdHeaders,
          apiKey);
    }
  }
}
