package org.epdrouter.simulator;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Walks {@code messages}: hashes the media parts, measures the text, keeps neither. */
final class MessagesReader {
  private static final Set<String> MEDIA =
      Set.of("image_url", "audio_url", "input_audio", "video_url");

  private final JsonParser parser;
  private final ContentHash hash;
  private final List<MediaItem> items = new ArrayList<>();
  private long textLength;

  MessagesReader(ByteBuf body, JsonParser parser) {
    this.parser = parser;
    this.hash = new ContentHash(body, parser);
  }

  List<MediaItem> items() {
    return items;
  }

  long textLength() {
    return textLength;
  }

  /** The parser stands on the value of {@code messages} and is left at its end. */
  void read() throws IOException {
    items.clear();
    textLength = 0;
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw VllmError.badRequest("messages: Input should be a valid list", "messages");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw VllmError.badRequest("messages: Input should be a valid dictionary", "messages");
      }
      readMessage();
    }
  }

  private void readMessage() throws IOException {
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      if (!name.equals("content")) {
        parser.skipChildren();
      } else if (parser.currentToken() == JsonToken.START_ARRAY) {
        readContent();
      } else {
        readText();
      }
    }
  }

  private void readContent() throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        readPart();
      } else {
        readText();
      }
    }
  }

  private void readPart() throws IOException {
    Map<String, String> found = new LinkedHashMap<>();
    String type = null;
    String uuid = null;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      if (MEDIA.contains(name)) {
        String digest = hash.ofMedia();
        found.put(name, digest == null ? "" : digest);
      } else if (name.equals("type")) {
        type = parser.getValueAsString();
      } else if (name.equals("uuid")) {
        uuid = parser.getValueAsString();
      } else if (name.equals("text")) {
        readText();
      }
      parser.skipChildren();
    }
    addItem(type, found, uuid);
  }

  private void addItem(@Nullable String type, Map<String, String> found, @Nullable String uuid) {
    String member = type;
    if (member == null) {
      member = found.isEmpty() ? "" : found.keySet().iterator().next();
    }
    if (!MEDIA.contains(member)) {
      return;
    }
    String digest = found.getOrDefault(member, "");
    if (digest.isEmpty()) {
      if (uuid == null) {
        throw VllmError.badRequest(member + ": Field required", "messages");
      }
      digest = ContentHash.of(uuid);
    }
    items.add(new MediaItem(member, digest));
  }

  private void readText() throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      textLength += parser.getTextLength();
    } else {
      parser.skipChildren();
    }
  }
}
