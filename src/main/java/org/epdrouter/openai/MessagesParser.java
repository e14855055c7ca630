package org.epdrouter.openai;

import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Finds the media items in {@code messages[*].content[*]}. Serves one request. */
final class MessagesParser {
  private final ByteBuf body;
  private final JsonCursor json;
  private final List<MediaItem> items = new ArrayList<>();
  private boolean hiddenMedia;

  MessagesParser(ByteBuf body, JsonCursor json) {
    this.body = body;
    this.json = json;
  }

  /** Reads the messages, from the beginning of the array, at which the cursor is, to its end. */
  void parse() throws IOException {
    for (JsonToken token = json.nextValue();
        token != JsonToken.END_ARRAY;
        token = json.nextValue()) {
      if (token == JsonToken.START_OBJECT) {
        readMessage();
      } else {
        json.skipValue();
      }
    }
  }

  /** The items found so far. */
  List<MediaItem> items() {
    return items;
  }

  /** Whether a part so far {@linkplain ContentPart#hidesMedia hides media}. */
  boolean hasHiddenMedia() {
    return hiddenMedia;
  }

  private void readMessage() throws IOException {
    boolean hasContent = false;
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      boolean content = name.equals(ChatFields.CONTENT);
      if (content && hasContent) {
        throw Refusals.twice(ChatFields.CONTENT, json.start());
      }
      hasContent |= content;
      JsonToken value = json.nextValue();
      if (content && value == JsonToken.START_ARRAY) {
        readParts();
      } else {
        json.skipValue();
      }
    }
  }

  private void readParts() throws IOException {
    for (JsonToken token = json.nextValue();
        token != JsonToken.END_ARRAY;
        token = json.nextValue()) {
      if (token == JsonToken.START_OBJECT) {
        ContentPart part = new ContentPart(body, json);
        MediaItem item = part.read(items.size());
        hiddenMedia |= part.hidesMedia();
        if (item != null) {
          items.add(item);
        }
      } else {
        json.skipValue();
      }
    }
  }
}
