package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What {@link ChatRequest} has to do, done the plain way: a strict decoder, then Jackson's own byte
 * parser over the whole text, then the rules on a tree that keeps duplicates.
 */
final class PlainJson {
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(256).build())
          .build();
  private static final Set<String> ROUTING =
      Set.of(
          "model",
          "messages",
          "stream",
          "stream_options",
          "max_tokens",
          "max_completion_tokens",
          "min_tokens",
          "kv_transfer_params",
          "ec_transfer_params");
  private static final List<String> MEDIA =
      List.of("image_url", "audio_url", "input_audio", "video_url");

  /**
   * A value with its place; {@code text} for strings, {@code members} for objects, {@code elements}
   * for arrays.
   */
  record Value(
      JsonToken token,
      String text,
      List<Member> members,
      List<Value> elements,
      int start,
      byte[] bytes) {
    List<Value> all(String name) {
      return members.stream().filter(m -> m.name().equals(name)).map(Member::value).toList();
    }
  }

  /** A member of an object. */
  record Member(String name, Value value) {}

  /** What the rules find; null model if the request has to be refused. */
  record Reading(String model, boolean streaming, List<String> types, List<byte[]> items) {}

  private final byte[] body;
  private final JsonParser json;

  private PlainJson(byte[] body) throws IOException {
    this.body = body;
    this.json = FACTORY.createParser(body);
  }

  /** The document, or an exception if it is not JSON in UTF-8. */
  static Value parse(byte[] body) throws IOException {
    UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
    PlainJson plain = new PlainJson(body);
    JsonToken first = plain.json.nextToken();
    if (first == null) {
      throw new IOException("empty");
    }
    Value value = plain.value(first);
    if (plain.json.nextToken() != null) {
      throw new IOException("more than one value");
    }
    return value;
  }

  /** What a request has to be read as; null if it has to be refused. */
  static Reading read(byte[] body) {
    try {
      return apply(parse(body));
    } catch (IOException e) {
      return null;
    }
  }

  private Value value(JsonToken token) throws IOException {
    int start = (int) json.currentTokenLocation().getByteOffset();
    List<Member> members = new ArrayList<>();
    List<Value> elements = new ArrayList<>();
    String text = "";
    if (token == JsonToken.START_OBJECT) {
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        members.add(new Member(name, value(json.nextToken())));
      }
    } else if (token == JsonToken.START_ARRAY) {
      for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
        elements.add(value(t));
      }
    } else if (token == JsonToken.VALUE_STRING) {
      text = json.getText();
    }
    int end = (int) json.currentLocation().getByteOffset();
    return new Value(token, text, members, elements, start, Arrays.copyOfRange(body, start, end));
  }

  private static Reading apply(Value root) {
    Set<String> seen = new LinkedHashSet<>();
    if (root.token() != JsonToken.START_OBJECT
        || root.members().stream().anyMatch(m -> ROUTING.contains(m.name()) && !seen.add(m.name()))
        || !seen.contains("model")
        || !seen.contains("messages")) {
      return null;
    }
    Value model = root.all("model").get(0);
    Value messages = root.all("messages").get(0);
    JsonToken stream =
        seen.contains("stream") ? root.all("stream").get(0).token() : JsonToken.VALUE_NULL;
    if (model.token() != JsonToken.VALUE_STRING
        || model.text().isEmpty()
        || model.bytes().length - 2 > 4096
        || messages.token() != JsonToken.START_ARRAY
        || !(stream.isBoolean() || stream == JsonToken.VALUE_NULL)
        || isGiven(root.all("kv_transfer_params"))
        || isGiven(root.all("ec_transfer_params"))) {
      return null;
    }
    Reading reading =
        new Reading(
            model.text(), stream == JsonToken.VALUE_TRUE, new ArrayList<>(), new ArrayList<>());
    for (Value message : messages.elements()) {
      List<Value> contents = message.all("content");
      if (contents.size() > 1) {
        return null;
      }
      for (Value content : contents) {
        for (Value part : content.elements()) {
          if (!addItem(part, reading)) {
            return null;
          }
        }
      }
    }
    return reading;
  }

  private static boolean isGiven(List<Value> params) {
    return !params.isEmpty() && params.get(0).token() != JsonToken.VALUE_NULL;
  }

  /** False if the part is ambiguous. */
  private static boolean addItem(Value part, Reading reading) {
    List<Value> types = part.all("type");
    boolean ambiguous = types.size() > 1;
    String found = null;
    for (String name : MEDIA) {
      List<Value> media = part.all(name);
      ambiguous |= media.size() > 1;
      ambiguous |=
          !name.equals("input_audio")
              && media.stream().anyMatch(value -> value.all("url").size() > 1);
      found = found == null && !media.isEmpty() ? name : found;
    }
    if (!types.isEmpty() && types.get(0).token() != JsonToken.VALUE_NULL) {
      Value type = types.get(0);
      boolean known = type.token() == JsonToken.VALUE_STRING && MEDIA.contains(type.text());
      found = known ? type.text() : null;
    }
    if (found != null) {
      reading.types().add(found);
      reading.items().add(part.bytes());
    }
    return !ambiguous;
  }
}
