package org.epdrouter.pipeline;

import java.util.Arrays;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.epdrouter.openai.ChatRequest;
import org.epdrouter.openai.MediaItem;
import org.epdrouter.openai.OpenAiException;

/**
 * Refuses a request whose media come from where they may not. The router itself fetches nothing:
 * redirects and what a name resolves to are the workers' own to check.
 */
public final class CheckMedia implements Processor {

  private final List<MediaSource> allowed;

  /**
   * The step.
   *
   * @param allowed comma-separated {@link MediaSource}s; empty for everything
   */
  public CheckMedia(String allowed) {
    this.allowed =
        Arrays.stream(allowed.split(",", -1))
            .filter(source -> !source.isEmpty())
            .map(MediaSource::parse)
            .toList();
  }

  @Override
  public void process(Exchange exchange) {
    if (allowed.isEmpty()) {
      return;
    }
    ChatRequest chat = Properties.chatRequest(exchange);
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
