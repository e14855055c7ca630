package org.epdrouter.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What well-behaved workers answer. */
public final class Scripts {
  /**
   * What the prefill script hands out: odd numbers, escapes and blanks, and members that nobody
   * knows.
   */
  public static final String TRANSFER_PARAMS =
      "{\"do_remote_prefill\": true, \"do_remote_decode\":false,\"remote_engine_id\":\"e-1\",\n"
          + "  \"remote_block_ids\":[[1,2],[3]]"
          + " ,\"remote_host\":\"10.0.0.7\",\"remote_port\":5559,\"tp_size\":1.0,\"x_unknown\":{\"a\":[1e400,-0,1.000000000000000005,\"\\u00e9\\/"
          + " é\"]},\"n\":null}";

  /** What the decode script's stream consists of, without `data: ` and the blank line. */
  public static final List<String> EVENTS =
      List.of(
          "{\"id\":\"d\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
          "{\"id\":\"d\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hé\"}}]}",
          "{\"id\":\"d\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" wörld\"}}]}",
          "{\"id\":\"d\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}",
          "[DONE]");

  /** The decode script's answer when it is not a stream. */
  public static final String COMPLETION =
      "{ \"id\":\"d\", \"object\":\"chat.completion\",\"x\":1.0,"
          + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hé\\u0020wörld\"},\"finish_reason\":\"stop\"}]}";

  /** The answer to `GET /v1/models`. */
  public static final String MODEL_LIST =
      "{\"object\":\"list\","
          + " \"data\":[{\"id\":\"m\",\"object\":\"model\",\"root\":\"Qwen/m\",\"max_model_len\":4096}]}";

  /** 200 with an empty body, as vLLM answers health and profile requests. */
  public static final Script HEALTHY = (request, to) -> to.head("200 OK", "content-length: 0");

  /** 404 as vLLM has it. */
  public static final Script NOT_FOUND =
      (request, to) -> to.json(404, "{\"detail\":\"Not Found\"}");

  /** Says nothing until the router has gone. */
  public static final Script STALL = (request, to) -> to.stall();

  /** Closes without a word. */
  public static final Script CLOSE = (request, to) -> to.close();

  /** Resets without a word. */
  public static final Script RESET = (request, to) -> to.reset();

  static final Script MODELS = (request, to) -> to.json(200, MODEL_LIST);

  static final Script ENCODE =
      (request, to) ->
          to.json(200, "{\"id\":\"e\",\"choices\":[{\"index\":0,\"finish_reason\":\"length\"}]}");

  static final Script PREFILL = prefillWith(TRANSFER_PARAMS);

  static final Script DECODE =
      (request, to) -> {
        if (isStreaming(request)) {
          stream(to, EVENTS);
        } else {
          to.json(200, COMPLETION);
        }
      };

  private Scripts() {}

  /** What a worker of a stage answers: `encode`, `prefill` or `decode`. */
  public static Script usual(String stage) {
    return switch (stage) {
      case "encode" -> ENCODE;
      case "prefill" -> PREFILL;
      case "decode" -> DECODE;
      default -> throw new IllegalArgumentException(stage);
    };
  }

  /** A prefill answer with these params as they are. */
  public static Script prefillWith(String params) {
    return (request, to) ->
        to.json(
            200,
            "{\"id\":\"p\",\"choices\":[{\"index\":0,\"finish_reason\":\"length\"}],"
                + "\"kv_transfer_params\":"
                + params
                + ",\"usage\":{\"prompt_tokens\":3}}");
  }

  /** An error as vLLM words it. */
  public static Script error(int status, String... headers) {
    return (request, to) -> to.json(status, errorBody(status), headers);
  }

  /** The body of {@link #error}. */
  public static String errorBody(int status) {
    return "{\"error\": {\"message\":\"worker says "
        + status
        + "\",\"type\":\"WorkerError\",\"param\":null,\"code\":"
        + status
        + "}}";
  }

  /** Sends these events, one chunk each, and ends the body. */
  public static void stream(Responder to, List<String> events) throws java.io.IOException {
    to.startEvents();
    for (String event : events) {
      to.event(event);
    }
    to.endChunks();
  }

  /** Whether the body has a top-level `"stream": true`. */
  public static boolean isStreaming(ReceivedRequest request) {
    JsonNode stream = request.json().get("stream");
    return stream != null && stream.isBoolean() && stream.booleanValue();
  }
}
