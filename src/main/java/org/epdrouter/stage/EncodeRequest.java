package org.epdrouter.stage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.epdrouter.openai.ChatFields;
import org.epdrouter.openai.ChatRequest;
import org.epdrouter.openai.MediaItem;
import org.epdrouter.openai.SplicedBody;
import org.jspecify.annotations.Nullable;

/**
 * The body that an encode worker gets for one media item: the item alone, without any text.
 * Immutable.
 */
public final class EncodeRequest {
  private static final byte[] MODEL = ascii("{\"" + ChatFields.MODEL + "\":");
  private static final byte[] ITEM =
      ascii(",\"" + ChatFields.MESSAGES + "\":[{\"role\":\"user\",\"content\":[");

  private final byte[] end;

  /**
   * How encode workers are asked.
   *
   * @param maxTokens the cap on generated tokens, at least 1; null leaves it out. vLLM before
   *     August 2026 needs it to end the request, later versions may end before the item is encoded
   *     if it is there
   */
  public EncodeRequest(@Nullable Integer maxTokens) {
    if (maxTokens != null && maxTokens < 1) {
      throw new IllegalArgumentException("maxTokens: " + maxTokens + " (expected: at least 1)");
    }
    String cap = maxTokens == null ? "" : ",\"" + ChatFields.MAX_TOKENS + "\":" + maxTokens;
    end = ascii("]}]" + cap + ",\"" + ChatFields.STREAM + "\":false}");
  }

  /** The body for that item of that request. */
  public SplicedBody build(ChatRequest chat, MediaItem item) {
    return chat.compose().append(MODEL).appendModel().append(ITEM).append(item).append(end).build();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
