package org.epdrouter.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Chat bodies and request bytes. */
public final class Requests {
  public static final String CHAT_PATH = "/v1/chat/completions";

  private Requests() {}

  /** A text-only chat request. */
  public static String text() {
    return chat("\"content\":\"Hi\"");
  }

  /** A text-only chat request with further top-level members, each `"name":value`. */
  public static String text(String... members) {
    return chat("\"content\":\"Hi\"", members);
  }

  /** A text-only chat request that asks for a stream. */
  public static String streamed() {
    return text("\"stream\":true");
  }

  /** A chat request whose one message has these parts as its content. */
  public static String parts(List<String> parts, String... members) {
    return chat("\"content\":[" + String.join(",", parts) + "]", members);
  }

  /** A chat request with a text part and `count` small images. */
  public static String images(int count, String... members) {
    List<String> parts = new ArrayList<>(List.of(textPart("What is this?")));
    for (int i = 0; i < count; i++) {
      parts.add(image("https://example.org/" + i + ".png"));
    }
    return parts(parts, members);
  }

  public static String textPart(String text) {
    return "{\"type\":\"text\",\"text\":" + Json.quote(text) + "}";
  }

  public static String image(String url) {
    return "{\"type\":\"image_url\",\"image_url\":{\"url\":" + Json.quote(url) + "}}";
  }

  /** An image with an inline payload of so many base64 characters. */
  public static String inlineImage(int characters) {
    return "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,"
        + "ABCDEFGHIJKLMNOPQRSTUVWXYZ+/".repeat(characters / 28 + 1).substring(0, characters)
        + "\"}}";
  }

  public static String audioUrl(String url) {
    return "{\"type\":\"audio_url\",\"audio_url\":{\"url\":" + Json.quote(url) + "}}";
  }

  public static String inputAudio() {
    return "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"UklGRg==\",\"format\":\"wav\"}}";
  }

  public static String video(String url) {
    return "{\"type\":\"video_url\",\"video_url\":{\"url\":" + Json.quote(url) + "}}";
  }

  /** An image part without `type`, which vLLM takes. */
  public static String typelessImage(String url) {
    return "{\"image_url\": " + Json.quote(url) + "}";
  }

  /** A request head; `Host` is added unless a header line brings it. */
  public static byte[] head(String requestLine, String... headers) {
    StringBuilder head = new StringBuilder(requestLine).append("\r\n");
    if (Arrays.stream(headers).noneMatch(h -> h.regionMatches(true, 0, "host:", 0, 5))) {
      head.append("Host: router\r\n");
    }
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A POST with a JSON body and Content-Length. */
  public static byte[] post(String target, byte[] body, String... headers) {
    return concat(postHead(target, body.length, headers), body);
  }

  /** The head of a POST with a JSON body of this length. */
  public static byte[] postHead(String target, int length, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    if (all.stream().noneMatch(h -> h.regionMatches(true, 0, "content-type:", 0, 13))) {
      all.add("Content-Type: application/json");
    }
    all.add("Content-Length: " + length);
    return head("POST " + target + " HTTP/1.1", all.toArray(String[]::new));
  }

  /** A POST with a JSON body in chunks of at most `size` bytes. */
  public static byte[] postChunked(String target, byte[] body, int size, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Content-Type: application/json");
    all.add("Transfer-Encoding: chunked");
    byte[] bytes = head("POST " + target + " HTTP/1.1", all.toArray(String[]::new));
    for (int from = 0; from < body.length; from += size) {
      byte[] chunk = Arrays.copyOfRange(body, from, Math.min(body.length, from + size));
      bytes =
          concat(
              bytes,
              concat(
                  concat(ascii(Integer.toHexString(chunk.length) + "\r\n"), chunk), ascii("\r\n")));
    }
    return concat(bytes, ascii("0\r\n\r\n"));
  }

  public static byte[] concat(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String chat(String content, String... members) {
    StringBuilder body =
        new StringBuilder("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",")
            .append(content)
            .append("}]");
    for (String member : members) {
      body.append(',').append(member);
    }
    return body.append('}').toString();
  }
}
