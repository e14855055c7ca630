package org.epdrouter.simulator;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads a request in one pass with a streaming parser; refuses what vLLM refuses with 400. */
final class ChatCallReader {
  private static final int CHARS_PER_TOKEN = 4;
  private static final int TOKENS_PER_ITEM = 256;

  private final ByteBuf body;
  private final JsonParser parser;
  private final MessagesReader messages;

  private boolean hasMessages;
  private String model = "";
  private boolean stream;
  private boolean streamOptions;
  private boolean includeUsage;
  private int n = 1;
  private @Nullable Integer maxTokens;
  private @Nullable Integer maxCompletionTokens;
  private int minTokens;
  private @Nullable KvParams kv;

  private ChatCallReader(ByteBuf body, JsonParser parser) {
    this.body = body;
    this.parser = parser;
    this.messages = new MessagesReader(body, parser);
  }

  /** Throws a {@link VllmError} with status 400 on anything that is not a valid request. */
  static ChatCall read(ByteBuf content) {
    ByteBuf body = content.slice();
    try (InputStream in = new ByteBufInputStream(body.duplicate());
        JsonParser parser = Json.FACTORY.createParser(in)) {
      return new ChatCallReader(body, parser).read();
    } catch (JsonProcessingException e) {
      throw VllmError.badRequest("JSON decode error: " + e.getOriginalMessage(), null);
    } catch (IOException e) {
      throw VllmError.badRequest(String.valueOf(e.getMessage()), null);
    }
  }

  private ChatCall read() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw VllmError.badRequest("Input should be a valid dictionary", null);
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      member(name);
    }
    if (parser.nextToken() != null) {
      throw VllmError.badRequest("JSON decode error: Extra data", null);
    }
    return validated();
  }

  private void member(String name) throws IOException {
    switch (name) {
      case "model" -> model = parser.getValueAsString("");
      case "stream" -> stream = parser.getValueAsBoolean();
      case "stream_options" -> readStreamOptions();
      case "n" -> n = integer(name, 1);
      case "max_tokens" -> maxTokens = optionalInteger(name);
      case "max_completion_tokens" -> maxCompletionTokens = optionalInteger(name);
      case "min_tokens" -> minTokens = integer(name, 0);
      case "messages" -> {
        hasMessages = true;
        messages.read();
      }
      case KvParams.MEMBER -> readKvParams();
      default -> parser.skipChildren();
    }
  }

  private void readStreamOptions() throws IOException {
    streamOptions = parser.currentToken() == JsonToken.START_OBJECT;
    if (streamOptions) {
      includeUsage = Json.MAPPER.readTree(raw()).path("include_usage").asBoolean();
    }
  }

  private void readKvParams() throws IOException {
    kv = parser.currentToken() == JsonToken.VALUE_NULL ? null : KvParams.parse(raw());
  }

  /** The bytes of the value the parser stands on, as they came; moves to its end. */
  private byte[] raw() throws IOException {
    long start = parser.currentTokenLocation().getByteOffset();
    if (parser.currentToken().isScalarValue()) {
      parser.finishToken();
    }
    parser.skipChildren();
    long end = parser.currentLocation().getByteOffset();
    byte[] bytes = new byte[(int) (end - start)];
    body.getBytes((int) start, bytes);
    return bytes;
  }

  private int integer(String name, int absent) throws IOException {
    Integer value = optionalInteger(name);
    return value == null ? absent : value;
  }

  private @Nullable Integer optionalInteger(String name) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw VllmError.badRequest(name + ": Input should be a valid integer", name);
    }
    return parser.getIntValue();
  }

  private ChatCall validated() {
    if (!hasMessages) {
      throw VllmError.badRequest("messages: Field required", "messages");
    }
    if (streamOptions && !stream) {
      throw VllmError.badRequest(
          "Stream options can only be defined when `stream=True`.", "stream_options");
    }
    if (n < 1) {
      throw VllmError.badRequest("n must be at least 1, got " + n + ".", "n");
    }
    Integer cap = maxCompletionTokens != null ? maxCompletionTokens : maxTokens;
    if (cap != null && cap < 1) {
      throw VllmError.badRequest("max_tokens must be at least 1, got " + cap + ".", "max_tokens");
    }
    if (cap != null && minTokens > cap) {
      throw VllmError.badRequest(
          "min_tokens must be less than or equal to max_tokens=" + cap + ", got " + minTokens + ".",
          null);
    }
    long tokens =
        1
            + messages.textLength() / CHARS_PER_TOKEN
            + (long) TOKENS_PER_ITEM * messages.items().size();
    return new ChatCall(
        model, stream, includeUsage, n, cap, messages.items(), Math.toIntExact(tokens), kv);
  }
}
