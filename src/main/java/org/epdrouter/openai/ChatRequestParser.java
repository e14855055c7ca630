package org.epdrouter.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Reads the top level of a chat request. Serves one request. */
final class ChatRequestParser {
  /** What the JSON of a model's name may have between its quotes. */
  static final int MAX_MODEL_BYTES = 4_096;

  private final ByteBuf body;
  private final JsonCursor json;
  private final MessagesParser messages;
  private final TopLevelMembers.Builder members;
  private final Demand demand = new Demand();
  private String model = "";
  private boolean streaming;

  private ChatRequestParser(ByteBuf body, JsonCursor json) {
    this.body = body;
    this.json = json;
    this.messages = new MessagesParser(body, json);
    this.members = new TopLevelMembers.Builder(body);
  }

  /**
   * Reads a body from index 0. Takes no reference.
   *
   * @throws OpenAiException 400
   */
  static ChatRequest parse(ByteBuf body) {
    try (JsonCursor json = new JsonCursor(body)) {
      try {
        return new ChatRequestParser(body, json).parse();
      } catch (JsonProcessingException e) {
        throw Refusals.notJson(e, json);
      }
    } catch (MalformedUtf8Exception e) {
      throw Refusals.notUtf8(e);
    } catch (IOException e) {
      throw new AssertionError("body: reading memory failed (expected: never)", e);
    }
  }

  private ChatRequest parse() throws IOException {
    JsonToken first = json.next();
    if (first == null) {
      throw Refusals.empty();
    }
    if (first != JsonToken.START_OBJECT) {
      throw Refusals.notAnObject(json.start());
    }
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      members.begin(json);
      RoutingMember member = RoutingMember.of(name);
      if (member == null) {
        demand.read(name, json.nextValue(), json);
        json.skipValue();
      } else {
        read(member);
      }
    }
    int closingBrace = json.start();
    if (json.next() != null) {
      throw Refusals.trailing(json.start());
    }
    require(RoutingMember.MODEL, "a string");
    require(RoutingMember.MESSAGES, "an array");
    return new ChatRequest(
        body,
        model,
        streaming,
        messages.items(),
        messages.hasHiddenMedia(),
        demand,
        members.build(closingBrace));
  }

  private void require(RoutingMember member, String expected) {
    if (!members.contains(member)) {
      throw Refusals.missing(member.fieldName(), expected);
    }
  }

  private void read(RoutingMember member) throws IOException {
    int nameStart = json.start();
    if (members.contains(member)) {
      throw Refusals.twice(member.fieldName(), nameStart);
    }
    JsonToken value = json.nextValue();
    int valueStart = json.start();
    demand.read(member.fieldName(), value, json);
    switch (member) {
      case MODEL -> model = readModel(value, valueStart);
      case MESSAGES -> readMessages(value, valueStart);
      case STREAM -> streaming = readStream(value, valueStart);
      case KV_TRANSFER_PARAMS, EC_TRANSFER_PARAMS -> refuse(member, value, valueStart);
      default -> json.skipValue();
    }
    members.add(member, nameStart, valueStart, json.end());
  }

  private String readModel(JsonToken value, int at) throws IOException {
    if (value != JsonToken.VALUE_STRING) {
      throw Refusals.wrongValue(ChatFields.MODEL, at, "a string");
    }
    json.end();
    String text = JsonText.decode(body, at, MAX_MODEL_BYTES);
    if (text == null || text.isEmpty()) {
      throw Refusals.wrongValue(
          ChatFields.MODEL, at, "a string of 1 to " + MAX_MODEL_BYTES + " bytes");
    }
    return text;
  }

  private void readMessages(JsonToken value, int at) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      throw Refusals.wrongValue(ChatFields.MESSAGES, at, "an array");
    }
    messages.parse();
  }

  private static boolean readStream(JsonToken value, int at) {
    return switch (value) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE, VALUE_NULL -> false;
      default -> throw Refusals.wrongValue(ChatFields.STREAM, at, "true, false or null");
    };
  }

  private static void refuse(RoutingMember member, JsonToken value, int at) {
    if (value != JsonToken.VALUE_NULL) {
      throw Refusals.reserved(member.fieldName(), at);
    }
  }
}
