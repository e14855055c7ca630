package org.epdrouter.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;

/** Request bodies. */
final class Bodies {
  static final String CAT = image("https://example.org/cat.png");
  static final String DOG = image("https://example.org/dog.png");

  private static final String ASK_REMOTE_DECODE =
      "\"kv_transfer_params\":{\"do_remote_decode\":true,\"do_remote_prefill\":false,"
          + "\"remote_engine_id\":null,\"remote_block_ids\":null,\"remote_host\":null,"
          + "\"remote_port\":null}";

  private Bodies() {}

  static String image(String url) {
    return "{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}";
  }

  static String text(String text) {
    return "{\"type\":\"text\",\"text\":\"" + text + "\"}";
  }

  /** A request whose content is {@code parts} and whose other members are {@code members}. */
  static String chat(String parts, String... members) {
    StringBuilder body = new StringBuilder("{\"model\":\"" + SimulatorSettings.DEFAULT_MODEL);
    body.append("\",\"messages\":[{\"role\":\"user\",\"content\":[").append(parts).append("]}]");
    for (String member : members) {
      body.append(',').append(member);
    }
    return body.append('}').toString();
  }

  static String encode(String item) {
    return chat(item, "\"max_tokens\":1", "\"stream\":false");
  }

  static String prefill(String parts) {
    return chat(parts, "\"max_tokens\":1", "\"stream\":false", ASK_REMOTE_DECODE);
  }

  static String decode(String parts, String kvParams, String... members) {
    String[] all = Arrays.copyOf(members, members.length + 1);
    all[members.length] = "\"kv_transfer_params\":" + kvParams;
    return chat(parts, all);
  }

  /** The params in prefill's answer, byte for byte. */
  static String kvParams(String prefillAnswer) {
    String member = "\"kv_transfer_params\":";
    int start = prefillAnswer.lastIndexOf(member) + member.length();
    return prefillAnswer.substring(start, prefillAnswer.length() - 1);
  }

  static String content(JsonNode completion) {
    return completion.at("/choices/0/message/content").asText();
  }
}
