package org.epdrouter.openai;

import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A client's chat completion request: its bytes as they came, and an index into them. Holds one
 * reference to the buffer until {@link #release()}. Immutable apart from that, and safe to use from
 * any thread.
 */
public final class ChatRequest {
  private static final int SHOWN_MODEL = 64;

  private final ByteBuf body;
  private final int size;
  private final String model;
  private final boolean streaming;
  private final List<MediaItem> mediaItems;
  private final boolean hiddenMedia;
  private final long choices;
  private final long tokens;
  private final TopLevelMembers members;
  private final AtomicBoolean released = new AtomicBoolean();

  ChatRequest(
      ByteBuf body,
      String model,
      boolean streaming,
      List<MediaItem> mediaItems,
      boolean hiddenMedia,
      Demand demand,
      TopLevelMembers members) {
    this.body = body;
    this.size = body.readableBytes();
    this.model = model;
    this.streaming = streaming;
    this.mediaItems = List.copyOf(mediaItems);
    this.hiddenMedia = hiddenMedia;
    this.choices = demand.choices();
    this.tokens = demand.tokens();
    this.members = members;
  }

  /**
   * Reads a request in one pass, without copying it.
   *
   * @param body UTF-8 JSON from reader to writer index. One reference of it passes over to the
   *     request, or is released here if this throws; its bytes must not change any more
   * @throws OpenAiException 400 if the body is not one JSON object, nests deeper than 256, gives a
   *     member twice on which routing depends, has no model or messages, or names transfer
   *     parameters itself
   */
  public static ChatRequest parse(ByteBuf body) {
    boolean parsed = false;
    try {
      ChatRequest request = ChatRequestParser.parse(body.slice());
      parsed = true;
      return request;
    } finally {
      if (!parsed) {
        body.release();
      }
    }
  }

  /** The model's name, decoded; never empty. */
  public String getModel() {
    return model;
  }

  /** Whether the client asked for an event stream. */
  public boolean isStreaming() {
    return streaming;
  }

  /** What has to be encoded, in the order of the request. */
  public List<MediaItem> getMediaItems() {
    return mediaItems;
  }

  /**
   * Whether a part that is no media item has a media member all the same, such as {@code image_url}
   * beside another {@code type}: it is not encoded, but a worker may fetch it.
   */
  public boolean hasHiddenMedia() {
    return hiddenMedia;
  }

  /**
   * The larger of {@code n} and {@code best_of}; 0 if neither is given, and {@link Long#MAX_VALUE}
   * if one of them is no plain integer.
   */
  public long getChoices() {
    return choices;
  }

  /**
   * The larger of {@code max_tokens} and {@code max_completion_tokens}; 0 and {@link
   * Long#MAX_VALUE} as in {@link #getChoices()}.
   */
  public long getMaxTokens() {
    return tokens;
  }

  /** Bytes of the body. */
  public int size() {
    return size;
  }

  /** The body as it came. */
  public SplicedBody unchanged() {
    return compose().appendBytes(0, size).build();
  }

  /** Starts a body that differs from this one in some top-level members. */
  public Splice edit() {
    return new Splice(this, members);
  }

  /** Starts a body of another shape that reuses bytes of this one. */
  public SplicedBody.Builder compose() {
    return new SplicedBody.Builder(this);
  }

  /**
   * Gives up the reference to the buffer; harmless when repeated. Buffers made before stay valid.
   */
  public void release() {
    if (released.compareAndSet(false, true)) {
      body.release();
    }
  }

  /**
   * The body's bytes, from index 0.
   *
   * @throws IllegalReferenceCountException after {@link #release()}
   */
  ByteBuf bytes() {
    if (released.get()) {
      throw new IllegalReferenceCountException("ChatRequest: released (expected: in use)");
    }
    return body;
  }

  MemberRange modelRange() {
    MemberRange range = members.range(RoutingMember.MODEL);
    if (range == null) {
      throw new IllegalStateException("model: absent (expected: checked by the parser)");
    }
    return range;
  }

  /** Model, size and the like, with nothing of the content, fit for one line of a log. */
  @Override
  public String toString() {
    return "ChatRequest[model="
        + Printable.of(model, SHOWN_MODEL)
        + ", streaming="
        + streaming
        + ", mediaItems="
        + mediaItems.size()
        + ", size="
        + size
        + "]";
  }
}
