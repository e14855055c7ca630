package org.epdrouter.simulator;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The flags of {@link Behaviour}. Each can be given as an environment variable too, for scripts
 * whose {@code vllm serve} lines are not to be changed.
 */
final class BehaviourOptions {

  @Option(
      names = "--encode-time",
      paramLabel = "TIME",
      defaultValue = "${env:SIM_ENCODE_TIME:-0}",
      description = "Per media item (default: 0; SIM_ENCODE_TIME).")
  private Duration encodeTime = Duration.ZERO;

  @Option(
      names = "--prefill-time",
      paramLabel = "TIME",
      defaultValue = "${env:SIM_PREFILL_TIME:-0}",
      description = "Per prompt (default: 0; SIM_PREFILL_TIME).")
  private Duration prefillTime = Duration.ZERO;

  @Option(
      names = "--time-to-first-token",
      paramLabel = "TIME",
      defaultValue = "${env:SIM_TIME_TO_FIRST_TOKEN:-0}",
      description = "Of decode (default: 0; SIM_TIME_TO_FIRST_TOKEN).")
  private Duration timeToFirstToken = Duration.ZERO;

  @Option(
      names = "--time-between-tokens",
      paramLabel = "TIME",
      defaultValue = "${env:SIM_TIME_BETWEEN_TOKENS:-0}",
      description = "Of decode (default: 0; SIM_TIME_BETWEEN_TOKENS).")
  private Duration timeBetweenTokens = Duration.ZERO;

  @Option(
      names = "--default-tokens",
      paramLabel = "N",
      defaultValue = "${env:SIM_DEFAULT_TOKENS:-16}",
      description = "Length of a reply without a cap (default: 16; SIM_DEFAULT_TOKENS).")
  private int defaultTokens;

  @Option(
      names = "--on-missed-item",
      defaultValue = "${env:SIM_ON_MISSED_ITEM:-fail}",
      description = "Prefill, item never encoded: fail or recompute (SIM_ON_MISSED_ITEM).")
  private OnBreach onMissedItem = OnBreach.FAIL;

  @Option(
      names = "--on-missing-kv",
      defaultValue = "${env:SIM_ON_MISSING_KV:-fail}",
      description = "Decode, KV blocks not held: fail or recompute (SIM_ON_MISSING_KV).")
  private OnBreach onMissingKv = OnBreach.FAIL;

  @Option(
      names = "--kv-lease",
      paramLabel = "TIME",
      defaultValue = "${env:SIM_KV_LEASE:-30s}",
      description = "How long prefill holds KV blocks (default: 30s; SIM_KV_LEASE).")
  private Duration kvLease = Duration.ZERO;

  @Option(
      names = "--keep-alive",
      paramLabel = "TIME",
      defaultValue = "${env:SIM_KEEP_ALIVE:-5s}",
      description = "Idle connections are closed after it (default: 5s; SIM_KEEP_ALIVE).")
  private Duration keepAlive = Duration.ZERO;

  @Option(
      names = "--max-num-seqs",
      paramLabel = "N",
      defaultValue = "2147483647",
      description = "Requests that run at once, the others wait (default: no limit).")
  private int maxNumSeqs;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Bearer token wanted on /v1 (default: none).")
  private @Nullable String apiKey;

  Behaviour.Builder toBuilder() {
    return Behaviour.builder()
        .timing(new Timing(encodeTime, prefillTime, timeToFirstToken, timeBetweenTokens))
        .defaultTokens(defaultTokens)
        .missedItem(onMissedItem)
        .missingKv(onMissingKv)
        .kvLease(kvLease)
        .keepAlive(keepAlive)
        .maxNumSeqs(maxNumSeqs)
        .apiKey(apiKey);
  }
}
