package org.epdrouter.stage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import org.epdrouter.openai.ChatFields;
import org.epdrouter.openai.ChatRequest;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.openai.SplicedBody;
import org.jspecify.annotations.Nullable;

/**
 * vLLM's NixlConnector, as its {@code disagg_epd_proxy.py} drives it: prefill is asked for one
 * token and to keep its blocks, and answers where they are; decode gets that answer as it came.
 */
public final class NixlKvProtocol implements KvProtocol {
  private static final byte[] REMOTE_DECODE =
      ascii(
          "{\"do_remote_decode\":true,\"do_remote_prefill\":false,\"remote_engine_id\":null,"
              + "\"remote_block_ids\":null,\"remote_host\":null,\"remote_port\":null}");
  private static final byte[] ONE = ascii("1");
  private static final byte[] FALSE = ascii("false");

  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .build();

  @Override
  public SplicedBody prefill(ChatRequest chat) {
    return chat.edit()
        .set(ChatFields.STREAM, FALSE)
        .set(ChatFields.MAX_TOKENS, ONE)
        .setIfPresent(ChatFields.MAX_COMPLETION_TOKENS, ONE)
        .remove(ChatFields.STREAM_OPTIONS)
        .remove(ChatFields.MIN_TOKENS)
        .set(ChatFields.KV_TRANSFER_PARAMS, REMOTE_DECODE)
        .build();
  }

  @Override
  public @Nullable TransferParams transferParams(byte[] prefillAnswer) {
    try (JsonParser json = JSON.createParser(prefillAnswer)) {
      return read(json, prefillAnswer);
    } catch (IOException e) {
      throw failed("not JSON");
    }
  }

  @Override
  public SplicedBody decode(ChatRequest chat, @Nullable TransferParams params) {
    return params == null
        ? chat.unchanged()
        : chat.edit().set(ChatFields.KV_TRANSFER_PARAMS, params.json()).build();
  }

  private static @Nullable TransferParams read(JsonParser json, byte[] answer) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw failed("another value");
    }
    TransferParams params = null;
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (name.equals(ChatFields.KV_TRANSFER_PARAMS)) {
        int start = (int) json.currentTokenLocation().getByteOffset();
        json.skipChildren();
        json.finishToken();
        int end = (int) json.currentLocation().getByteOffset();
        boolean none = value == JsonToken.VALUE_NULL || isEmptyObject(answer, start, end);
        params = none ? null : new TransferParams(Arrays.copyOfRange(answer, start, end));
      } else {
        json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      throw failed("more than one value");
    }
    return params;
  }

  private static boolean isEmptyObject(byte[] json, int start, int end) {
    return json[start] == '{' && new String(json, start + 1, end - start - 2, US_ASCII).isBlank();
  }

  private static OpenAiException failed(String problem) {
    String message = "prefill's answer: " + problem + " (expected: one JSON object)";
    return OpenAiException.of(
        502, new OpenAiError(message, OpenAiError.SERVER, null, "worker_failed"));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
