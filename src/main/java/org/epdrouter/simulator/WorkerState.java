package org.epdrouter.simulator;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code GET /sim/state} shows of one worker: a snapshot since its start or its last reset.
 * Every chat request is in exactly one of waiting, running, completed, aborted and failed.
 *
 * @param role {@link Role#label()}
 * @param model the name it answers to
 * @param url its base URL
 * @param requests requests seen by {@code METHOD /path}
 * @param waiting chat requests in line for {@code maxNumSeqs}
 * @param running chat requests being computed or answered
 * @param completed chat requests answered with 200 to the end
 * @param aborted chat requests whose connection closed before the end
 * @param failed chat requests answered with an error, by a rule or by a fault
 * @param eventsSent SSE data events of all streams, {@code [DONE]} included
 * @param itemsEncoded items that this encode worker computed
 * @param encoderCacheHits items asked of encode that were cached already
 * @param items each item of this encode worker
 * @param itemsMissed items that prefill wanted and encode had never registered
 * @param kvBlocksAllocated blocks ever taken for decode
 * @param kvBlocksHeld blocks held now
 * @param kvBlocksReleased blocks that decode fetched
 * @param kvBlocksExpired blocks freed by the lease's end
 * @param kvBlocksAborted blocks freed because the request went away before its answer
 * @param kvParamsAltered fetches whose params were not byte for byte those that prefill gave
 * @param kvMissing decode requests whose blocks were not held
 * @param promptsRecomputed decode requests that had to compute their prompt
 * @param profileStarts {@code /start_profile} calls
 * @param profileStops {@code /stop_profile} calls
 * @param openConnections connections open now
 * @param connectionsAccepted connections ever accepted
 * @param requestIds {@code x-request-id} of the last 100 chat requests, "" for none, oldest first
 * @param traceparents trace context headers of the same requests
 */
public record WorkerState(
    String role,
    String model,
    String url,
    Map<String, Long> requests,
    int waiting,
    int running,
    long completed,
    long aborted,
    long failed,
    long eventsSent,
    long itemsEncoded,
    long encoderCacheHits,
    List<ItemCount> items,
    long itemsMissed,
    long kvBlocksAllocated,
    long kvBlocksHeld,
    long kvBlocksReleased,
    long kvBlocksExpired,
    long kvBlocksAborted,
    long kvParamsAltered,
    long kvMissing,
    long promptsRecomputed,
    long profileStarts,
    long profileStops,
    int openConnections,
    long connectionsAccepted,
    List<String> requestIds,
    List<String> traceparents) {

  public WorkerState {
    requests = Collections.unmodifiableMap(new TreeMap<>(requests));
    items = List.copyOf(items);
    requestIds = List.copyOf(requestIds);
    traceparents = List.copyOf(traceparents);
  }

  /** Chat requests seen. */
  public long chats() {
    return requests.getOrDefault("POST " + Endpoints.CHAT, 0L);
  }

  /** Nothing waits, runs or is held. */
  public boolean idle() {
    return waiting == 0 && running == 0 && kvBlocksHeld == 0;
  }
}
