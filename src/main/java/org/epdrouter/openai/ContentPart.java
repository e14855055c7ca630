package org.epdrouter.openai;

import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one part of a message's content. A part is of the kind that its {@code type} names, or
 * without {@code type} of the first kind whose member it has. What decides about that must not be
 * given twice. Serves one part.
 */
final class ContentPart {
  /** What the JSON of a URL may have between its quotes to be shown to routes. */
  static final int MAX_URL_BYTES = 8_192;

  private static final String DATA = "data:";
  private static final int PREFIX_BYTES = 64;
  private static final int NO_URL = -1;

  private final ByteBuf body;
  private final JsonCursor json;

  /** The opening quotes of the URLs, by the kind in whose member they stand. */
  private final Map<MediaType, Integer> media = new EnumMap<>(MediaType.class);

  private boolean hasType;
  private boolean isTyped;
  private @Nullable MediaType type;

  ContentPart(ByteBuf body, JsonCursor json) {
    this.body = body;
    this.json = json;
  }

  /**
   * Reads the part, from the beginning of the object, at which the cursor is, to its end.
   *
   * @param index of the item, if it is one
   * @return null if the part needs no encoding
   */
  @Nullable MediaItem read(int index) throws IOException {
    int start = json.start();
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      MediaType kind = MediaType.of(name);
      if (kind != null) {
        readMedia(kind);
      } else if (name.equals(ChatFields.TYPE)) {
        readType();
      } else {
        json.nextValue();
        json.skipValue();
      }
    }
    MediaType itemType = isTyped || media.isEmpty() ? type : media.keySet().iterator().next();
    return itemType == null ? null : item(index, itemType, start, json.end() - start);
  }

  /**
   * Whether a part that needs no encoding has media all the same: in a member that its type does
   * not speak of, such as the {@code image_url} of an {@code input_image}.
   */
  boolean hidesMedia() {
    return isTyped && type == null && !media.isEmpty();
  }

  private void readType() throws IOException {
    if (hasType) {
      throw Refusals.twice(ChatFields.TYPE, json.start());
    }
    hasType = true;
    JsonToken value = json.nextValue();
    isTyped = value != JsonToken.VALUE_NULL;
    if (value == JsonToken.VALUE_STRING) {
      type = MediaType.of(json.text());
    } else {
      json.skipValue();
    }
  }

  private void readMedia(MediaType kind) throws IOException {
    if (media.containsKey(kind)) {
      throw Refusals.twice(kind.fieldName(), json.start());
    }
    int quote = NO_URL;
    JsonToken value = json.nextValue();
    if (value == JsonToken.VALUE_STRING) {
      quote = json.start();
    } else if (value == JsonToken.START_OBJECT && kind != MediaType.INPUT_AUDIO) {
      quote = readUrl();
    } else {
      json.skipValue();
    }
    media.put(kind, quote);
  }

  private int readUrl() throws IOException {
    int quote = NO_URL;
    boolean hasUrl = false;
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      boolean isUrl = name.equals(ChatFields.URL);
      if (isUrl && hasUrl) {
        throw Refusals.twice(ChatFields.URL, json.start());
      }
      hasUrl |= isUrl;
      JsonToken value = json.nextValue();
      if (isUrl && value == JsonToken.VALUE_STRING) {
        quote = json.start();
      }
      json.skipValue();
    }
    return quote;
  }

  private MediaItem item(int index, MediaType itemType, int start, int size) {
    int quote = media.getOrDefault(itemType, NO_URL);
    boolean inline = itemType == MediaType.INPUT_AUDIO || (quote != NO_URL && isData(quote));
    String url = inline || quote == NO_URL ? null : JsonText.decode(body, quote, MAX_URL_BYTES);
    return new MediaItem(index, itemType.fieldName(), start, size, inline, url);
  }

  private boolean isData(int quote) {
    String prefix = JsonText.prefix(body, quote, PREFIX_BYTES).stripLeading();
    return prefix.regionMatches(true, 0, DATA, 0, DATA.length());
  }
}
