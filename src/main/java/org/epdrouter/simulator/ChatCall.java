package org.epdrouter.simulator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker needs of a chat completion request; the media are already hashed and gone.
 *
 * @param model the model asked for
 * @param stream whether the answer is SSE
 * @param includeUsage whether the stream ends with a usage chunk
 * @param n number of choices
 * @param cap {@code max_completion_tokens}, else {@code max_tokens}, else null
 * @param items the media in their order
 * @param promptTokens an estimate
 * @param kv {@code kv_transfer_params}, null when absent or null
 */
record ChatCall(
    String model,
    boolean stream,
    boolean includeUsage,
    int n,
    @Nullable Integer cap,
    List<MediaItem> items,
    int promptTokens,
    @Nullable KvParams kv) {

  ChatCall {
    items = List.copyOf(items);
  }
}
