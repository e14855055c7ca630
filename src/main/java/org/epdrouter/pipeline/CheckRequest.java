package org.epdrouter.pipeline;

import java.util.Arrays;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.epdrouter.openai.ChatRequest;
import org.epdrouter.openai.MediaItem;
import org.epdrouter.openai.OpenAiException;

/**
 * Refuses a request that asks for more than it may, or whose media come from where they may not.
 * The router itself fetches nothing: redirects and what a name resolves to are the workers' own to
 * check.
 */
public final class CheckRequest implements Processor {

  private final List<MediaSource> allowed;
  private final long maxChoices;
  private final long maxTokens;

  /**
   * The step.
   *
   * @param allowed comma-separated {@link MediaSource}s; empty for everything
   * @param maxChoices largest {@code n} and {@code best_of}; 0 for no limit
   * @param maxTokens largest {@code max_tokens} and {@code max_completion_tokens}; 0 for no limit
   */
  public CheckRequest(String allowed, long maxChoices, long maxTokens) {
    this.maxChoices = maxChoices;
    this.maxTokens = maxTokens;
    this.allowed =
        Arrays.stream(allowed.split(",", -1))
            .filter(source -> !source.isEmpty())
            .map(MediaSource::parse)
            .toList();
  }

  @Override
  public void process(Exchange exchange) {
    ChatRequest chat = Properties.chatRequest(exchange);
    limit("n or best_of", "n", chat.getChoices(), "router.max-choices", maxChoices);
    limit(
        "max_tokens or max_completion_tokens",
        "max_tokens",
        chat.getMaxTokens(),
        "router.max-tokens",
        maxTokens);
    if (!allowed.isEmpty()) {
      checkMedia(chat);
    }
  }

  private static void limit(String what, String param, long asked, String key, long limit) {
    if (limit > 0 && asked > limit) {
      throw OpenAiException.invalid(
          "%s: too large (expected: a number up to %s, %d)".formatted(what, key, limit),
          param,
          "invalid_request");
    }
  }

  private void checkMedia(ChatRequest chat) {
    for (MediaItem item : chat.getMediaItems()) {
      MediaLocation location = MediaLocation.of(item);
      if (location == null || allowed.stream().noneMatch(source -> source.has(location))) {
        // Without the URL: it may hold credentials.
        throw refusal("media item %d (%s)".formatted(item.getIndex(), item.getType()));
      }
    }
    if (chat.hasHiddenMedia()) {
      throw refusal("media in a part of another type");
    }
  }

  private static OpenAiException refusal(String what) {
    return OpenAiException.invalid(
        what + ": not allowed (expected: a URL that router.media.allow names)",
        "messages",
        "invalid_request");
  }
}
