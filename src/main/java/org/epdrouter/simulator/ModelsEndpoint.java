package org.epdrouter.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.UUID;

/** {@code GET /v1/models}: the one model, with the members that {@code vllm bench} reads. */
final class ModelsEndpoint implements HttpEndpoint {
  private static final int MAX_MODEL_LEN = 128_000;

  private final byte[] answer;

  ModelsEndpoint(String model) {
    long now = Instant.now().getEpochSecond();
    ObjectNode root = Json.MAPPER.createObjectNode().put("object", "list");
    ObjectNode card = root.putArray("data").addObject();
    card.put("id", model)
        .put("object", "model")
        .put("created", now)
        .put("owned_by", "vllm")
        .put("root", model)
        .putNull("parent")
        .put("max_model_len", MAX_MODEL_LEN);
    card.putArray("permission")
        .addObject()
        .put("id", "modelperm-" + UUID.randomUUID().toString().replace("-", ""))
        .put("object", "model_permission")
        .put("created", now)
        .put("allow_create_engine", false)
        .put("allow_sampling", true)
        .put("allow_logprobs", true)
        .put("allow_search_indices", false)
        .put("allow_view", true)
        .put("allow_fine_tuning", false)
        .put("organization", "*")
        .putNull("group")
        .put("is_blocking", false);
    answer = Json.bytes(root);
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.json(200, answer);
  }
}
