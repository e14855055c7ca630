package org.epdrouter.openai;

import org.jspecify.annotations.Nullable;

/**
 * A part of a message's content that has to be encoded: an image, an audio clip or a video. It is
 * the whole part object, so {@code uuid}, {@code detail} and whatever else it holds belong to it.
 * Immutable; the bytes stay in the request.
 */
public final class MediaItem {
  private final int index;
  private final String type;
  private final int offset;
  private final int size;
  private final boolean inline;
  private final @Nullable String url;

  MediaItem(int index, String type, int offset, int size, boolean inline, @Nullable String url) {
    this.index = index;
    this.type = type;
    this.offset = offset;
    this.size = size;
    this.inline = inline;
    this.url = url;
  }

  /** Its place among the request's items, from 0. */
  public int getIndex() {
    return index;
  }

  /** {@code image_url}, {@code audio_url}, {@code input_audio} or {@code video_url}. */
  public String getType() {
    return type;
  }

  /** Bytes of the part object. */
  public int getSize() {
    return size;
  }

  /** Whether the payload travels in the part itself: a {@code data:} URL or {@code input_audio}. */
  public boolean isInline() {
    return inline;
  }

  /**
   * Where the worker is to fetch the payload, decoded. Null if the payload is {@link #isInline
   * inline}, if there is no URL (a {@code uuid} alone names a payload the worker knows) and if it
   * is longer than 8 KiB.
   */
  public @Nullable String getUrl() {
    return url;
  }

  int offset() {
    return offset;
  }

  /** Without URL: it may hold credentials or the payload. */
  @Override
  public String toString() {
    return "MediaItem[index=" + index + ", type=" + type + ", size=" + size + "]";
  }
}
