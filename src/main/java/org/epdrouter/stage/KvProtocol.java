package org.epdrouter.stage;

import org.epdrouter.openai.ChatRequest;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.openai.SplicedBody;
import org.jspecify.annotations.Nullable;

/**
 * How a prefill worker hands its KV blocks over to a decode worker. Implementations are
 * thread-safe.
 */
public interface KvProtocol {
  /** The body that makes a prefill worker compute the prompt and keep its blocks. */
  SplicedBody prefill(ChatRequest chat);

  /**
   * The parameters in prefill's answer.
   *
   * @return null when there are none: absent, null or an empty object; decode then computes the
   *     prompt itself
   * @throws OpenAiException 502 {@code worker_failed} when the answer is not one JSON object
   */
  @Nullable TransferParams transferParams(byte[] prefillAnswer);

  /**
   * The body that makes a decode worker fetch those blocks and generate; the client's own if there
   * are none.
   */
  SplicedBody decode(ChatRequest chat, @Nullable TransferParams params);
}
