package org.epdrouter.openai;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Makes valid chat requests of every shape from a random source. */
final class RandomJson {
  private static final String[] SCALARS = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1e400",
    "18446744073709551616",
    "1.000000000000000005",
    "-1.5E-3"
  };
  private static final String[] PIECES = {
    "a",
    " ",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "'",
    "/",
    "\\\"",
    "\\\\",
    "\\/",
    "\\n",
    "\\b",
    "\\u0041",
    "\\u0000",
    "\\ud83d\\ude00",
    "\\ud800",
    "é",
    "日本",
    "😀",
    "\u2028",
    "\u007f",
    "base64+/=",
    "data:"
  };
  private static final String[] NAMES = {
    "temperature", "Model", "STREAM", "tools", "x", "", "content", "url", "type", "image_url"
  };

  private final Random random;

  RandomJson(Random random) {
    this.random = random;
  }

  /** A request that has to be accepted. */
  String request() {
    List<String> members = new ArrayList<>();
    members.add(member(name("model"), "\"" + "m" + textOf(random.nextInt(4)) + "\""));
    members.add(member(name("messages"), messages()));
    maybe(members, "stream", SCALARS[random.nextInt(3)]);
    maybe(members, "stream_options", value(2));
    maybe(members, "max_tokens", value(1));
    maybe(members, "max_completion_tokens", value(1));
    maybe(members, "min_tokens", value(1));
    maybe(members, "kv_transfer_params", "null");
    maybe(members, "ec_transfer_params", "null");
    for (int i = random.nextInt(6); i > 0; i--) {
      members.add(member("\"" + NAMES[random.nextInt(NAMES.length)] + "\"", value(3)));
    }
    if (random.nextInt(4) == 0) {
      members.add(member("\"" + textOf(random.nextInt(300)) + "x\"", value(1)));
    }
    Collections.shuffle(members, random);
    return space() + "{" + space() + String.join("," + space(), members) + "}" + space();
  }

  /** Any JSON value. */
  String value(int depth) {
    switch (random.nextInt(depth > 0 ? 5 : 3)) {
      case 0, 1 -> {
        return SCALARS[random.nextInt(SCALARS.length)];
      }
      case 2 -> {
        return string();
      }
      case 3 -> {
        List<String> values = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          values.add(space() + value(depth - 1) + space());
        }
        return "[" + String.join(",", values) + "]";
      }
      default -> {
        List<String> members = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          members.add(member(string(), value(depth - 1)));
        }
        return "{" + String.join(",", members) + "}";
      }
    }
  }

  private String messages() {
    List<String> messages = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      String content = random.nextInt(3) == 0 ? value(2) : content();
      String role = member("\"role\"", string());
      messages.add(
          switch (random.nextInt(5)) {
            case 0 -> value(2);
            case 1 -> "{" + member("\"content\"", content) + "," + role + "}";
            default -> "{" + role + "," + member(name("content"), content) + "}";
          });
    }
    return "[" + String.join("," + space(), messages) + space() + "]";
  }

  private String content() {
    List<String> parts = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      parts.add(random.nextInt(5) == 0 ? value(1) : part());
    }
    return "[" + space() + String.join("," + space(), parts) + "]";
  }

  private String part() {
    String[] types = {"image_url", "audio_url", "input_audio", "video_url", "text", "image_embeds"};
    String type = types[random.nextInt(types.length)];
    List<String> members = new ArrayList<>();
    if (random.nextInt(3) > 0) {
      members.add(member(name("type"), random.nextInt(9) == 0 ? "null" : name(type)));
    }
    if (random.nextInt(6) > 0) {
      String url = member(name("url"), string());
      members.add(member(name(type), random.nextBoolean() ? string() : "{" + url + "}"));
    }
    if (random.nextBoolean()) {
      members.add(member("\"uuid\"", string()));
    }
    Collections.shuffle(members, random);
    return "{" + space() + String.join("," + space(), members) + "}";
  }

  private void maybe(List<String> members, String name, String value) {
    if (random.nextInt(3) > 0) {
      members.add(member(name(name), value));
    }
  }

  private String member(String name, String value) {
    return name + space() + ":" + space() + value + space();
  }

  /** The name as a string, some of its characters escaped. */
  private String name(String name) {
    StringBuilder json = new StringBuilder("\"");
    boolean escapes = random.nextInt(4) == 0;
    for (char c : name.toCharArray()) {
      json.append(escapes && random.nextBoolean() ? String.format("\\u%04x", (int) c) : c);
    }
    return json.append('"').toString();
  }

  private String string() {
    return "\"" + textOf(1 << random.nextInt(10)) + "\"";
  }

  private String textOf(int pieces) {
    StringBuilder text = new StringBuilder();
    String usual = PIECES[random.nextInt(PIECES.length)];
    for (int i = random.nextInt(pieces + 1); i > 0; i--) {
      text.append(random.nextInt(8) > 0 ? usual : PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  private String space() {
    return random.nextInt(3) > 0 ? "" : " \n\t\r ".substring(random.nextInt(5));
  }
}
