package org.epdrouter.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** vLLM's two forms of an answer: the completion object and the SSE events. */
final class ChatFormat {
  static final String DONE = "data: [DONE]\n\n";

  private final String id;
  private final long created = Instant.now().getEpochSecond();
  private final ChatCall call;
  private final int tokens;
  private final ReplyText text;
  private final String model;
  private final String eventStart;

  /** {@code tokens} per choice. */
  ChatFormat(String requestId, String model, ChatCall call, int tokens) {
    this.id = "chatcmpl-" + requestId;
    this.model = model;
    this.call = call;
    this.tokens = tokens;
    this.text = new ReplyText(call.items());
    this.eventStart =
        "data: {\"id\":"
            + Json.quoted(id)
            + ",\"object\":\"chat.completion.chunk\",\"created\":"
            + created
            + ",\"model\":"
            + Json.quoted(model)
            + ",\"choices\":[";
  }

  int tokens() {
    return tokens;
  }

  /** The first event of a choice. */
  String role(int choice) {
    return eventStart
        + "{\"index\":"
        + choice
        + ",\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
        + "\"finish_reason\":null}],\"prompt_token_ids\":null}\n\n";
  }

  /** One token; the last one carries the finish reason. */
  String token(int choice, int index) {
    boolean last = index == tokens - 1;
    return eventStart
        + "{\"index\":"
        + choice
        + ",\"delta\":{\"content\":\""
        + text.token(choice, index)
        + "\"},\"logprobs\":null,\"finish_reason\":"
        + (last ? '"' + finishReason() + "\",\"stop_reason\":null" : "null")
        + ",\"token_ids\":null}]}\n\n";
  }

  /** The event that {@code stream_options.include_usage} asks for. */
  String usage() {
    return eventStart + "],\"usage\":" + usageNode() + "}\n\n";
  }

  /** The answer that is not streamed; {@code kvParams} is JSON or null. */
  byte[] completion(@Nullable String kvParams) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("id", id).put("object", "chat.completion").put("created", created).put("model", model);
    ArrayNode choices = root.putArray("choices");
    for (int i = 0; i < call.n(); i++) {
      addChoice(choices.addObject(), i);
    }
    root.putNull("service_tier").putNull("system_fingerprint");
    root.set("usage", usageNode().putNull("prompt_tokens_details"));
    root.putNull("prompt_logprobs").putNull("prompt_token_ids");
    if (kvParams == null) {
      root.putNull(KvParams.MEMBER);
    } else {
      root.putRawValue(KvParams.MEMBER, new RawValue(kvParams));
    }
    return Json.bytes(root);
  }

  private void addChoice(ObjectNode choice, int index) {
    choice.put("index", index);
    ObjectNode message = choice.putObject("message");
    message.put("role", "assistant").put("content", text.text(index, tokens));
    message.putNull("refusal").putNull("annotations").putNull("audio").putNull("function_call");
    message.putArray("tool_calls");
    message.putNull("reasoning_content");
    choice
        .putNull("logprobs")
        .put("finish_reason", finishReason())
        .putNull("stop_reason")
        .putNull("token_ids");
  }

  private ObjectNode usageNode() {
    int completion = tokens * call.n();
    return Json.MAPPER
        .createObjectNode()
        .put("prompt_tokens", call.promptTokens())
        .put("total_tokens", call.promptTokens() + completion)
        .put("completion_tokens", completion);
  }

  private String finishReason() {
    return call.cap() == null ? "stop" : "length";
  }
}
