package org.epdrouter.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong at a worker: the body of {@code POST /sim/faults}, where every member may be
 * absent and {@code {}} heals. Everything but {@code dead} and {@code refuse} concerns chat
 * requests only.
 *
 * @param delayMillis wait before anything else
 * @param status answer this status with an error object (0: do not)
 * @param retryAfter seconds of a {@code Retry-After} header beside {@code status} (0: none)
 * @param resetBeforeHead reset the connection in place of an answer
 * @param stallAfterEvents go silent after so many SSE events; a JSON answer never comes
 * @param resetAfterEvents reset after so many SSE events; a JSON answer is cut in its middle
 * @param every hit each k-th chat request only (0 and 1: all)
 * @param times hit so many chat requests, then none (0: without end)
 * @param dead {@code /health} answers 503
 * @param refuse do not listen; over HTTP best with {@code forMillis}, since {@code /sim} is shut
 *     too
 * @param forMillis heal after this time (0: never)
 */
public record Faults(
    long delayMillis,
    int status,
    int retryAfter,
    boolean resetBeforeHead,
    @Nullable Integer stallAfterEvents,
    @Nullable Integer resetAfterEvents,
    int every,
    int times,
    boolean dead,
    boolean refuse,
    long forMillis) {

  /** A healthy worker. */
  public static final Faults NONE = hit(0, 0, 0, false, null, null);

  /** Chat requests wait. */
  public static Faults delay(long millis) {
    return hit(millis, 0, 0, false, null, null);
  }

  /** Chat requests fail with a status. */
  public static Faults answer(int status) {
    return hit(0, status, 0, false, null, null);
  }

  /** Chat requests fail with a status and {@code Retry-After}. */
  public static Faults answer(int status, int retryAfterSeconds) {
    return hit(0, status, retryAfterSeconds, false, null, null);
  }

  /** The connection is reset in place of an answer. */
  public static Faults reset() {
    return hit(0, 0, 0, true, null, null);
  }

  /** Streams go silent after so many events. */
  public static Faults stallAfter(int events) {
    return hit(0, 0, 0, false, events, null);
  }

  /** Streams are reset after so many events. */
  public static Faults resetAfter(int events) {
    return hit(0, 0, 0, false, null, events);
  }

  /** {@code /health} answers 503; chat goes on. */
  public static Faults unhealthy() {
    return new Faults(0, 0, 0, false, null, null, 0, 0, true, false, 0);
  }

  /** Connections are refused. */
  public static Faults refused() {
    return new Faults(0, 0, 0, false, null, null, 0, 0, false, true, 0);
  }

  /** The same for each k-th chat request only. */
  public Faults onEvery(int k) {
    return with(k, times);
  }

  /** The same for the next n chat requests only. */
  public Faults onNext(int n) {
    return with(every, n);
  }

  /** Throws the error that {@code status} stands for, if it is set. */
  void throwStatus() {
    if (status > 0) {
      throw new VllmError(status, "SimulatedFault", "simulated fault", null, retryAfter);
    }
  }

  /** Throws an IOException that says what is wrong. */
  static Faults parse(String json) throws IOException {
    try {
      return json.isBlank() ? NONE : Json.MAPPER.readValue(json, Faults.class);
    } catch (JsonProcessingException e) {
      throw new IOException("faults: " + e.getOriginalMessage() + " (expected: see Faults)", e);
    }
  }

  private Faults with(int newEvery, int newTimes) {
    return new Faults(
        delayMillis,
        status,
        retryAfter,
        resetBeforeHead,
        stallAfterEvents,
        resetAfterEvents,
        newEvery,
        newTimes,
        dead,
        refuse,
        forMillis);
  }

  private static Faults hit(
      long delay,
      int status,
      int retryAfter,
      boolean reset,
      @Nullable Integer stall,
      @Nullable Integer resetAfter) {
    return new Faults(delay, status, retryAfter, reset, stall, resetAfter, 0, 0, false, false, 0);
  }
}
