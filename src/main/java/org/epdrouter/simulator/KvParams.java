package org.epdrouter.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code kv_transfer_params} of a request, in NIXL's form. Keeps the bytes as they came, since they
 * are opaque between prefill and decode.
 */
final class KvParams {
  static final String MEMBER = "kv_transfer_params";
  static final String DO_REMOTE_DECODE = "do_remote_decode";
  static final String DO_REMOTE_PREFILL = "do_remote_prefill";
  static final String REMOTE_ENGINE_ID = "remote_engine_id";
  static final String REMOTE_BLOCK_IDS = "remote_block_ids";
  static final String REMOTE_HOST = "remote_host";
  static final String REMOTE_PORT = "remote_port";

  private final byte[] json;
  private final JsonNode tree;

  private KvParams(byte[] json, JsonNode tree) {
    this.json = json;
    this.tree = tree;
  }

  /** Throws an IOException when the bytes are not a JSON object. */
  static KvParams parse(byte[] json) throws IOException {
    JsonNode tree = Json.MAPPER.readTree(json);
    if (!tree.isObject()) {
      throw new IOException(MEMBER + ": " + tree.getNodeType() + " (expected: an object)");
    }
    return new KvParams(json, tree);
  }

  byte[] json() {
    return json;
  }

  /** Asked of prefill: hold the blocks for a decode worker. */
  boolean doRemoteDecode() {
    return tree.path(DO_REMOTE_DECODE).asBoolean();
  }

  /** Asked of decode: fetch the blocks of a prefill worker. */
  boolean doRemotePrefill() {
    return tree.path(DO_REMOTE_PREFILL).asBoolean();
  }

  String engineId() {
    return tree.path(REMOTE_ENGINE_ID).asText("");
  }

  String host() {
    return tree.path(REMOTE_HOST).asText("");
  }

  int port() {
    return tree.path(REMOTE_PORT).asInt(0);
  }

  List<Integer> blockIds() {
    List<Integer> ids = new ArrayList<>();
    tree.path(REMOTE_BLOCK_IDS).forEach(id -> ids.add(id.asInt(-1)));
    return ids;
  }
}
