package org.epdrouter.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code vllm bench serve} as far as the example scripts use it: all prompts at once, each with an
 * image of its own, streamed. Exits with 1 when an answer is not right.
 */
@SuppressWarnings("UnusedVariable") // picocli fills the options that are only checked to be there
final class BenchServe implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();

  @Parameters(arity = "2")
  private List<String> command = List.of();

  @Option(names = "--model", required = true)
  private String model = "";

  @Option(names = "--backend", required = true)
  private String backend = "";

  @Option(names = "--endpoint", required = true)
  private String endpoint = "";

  @Option(names = "--dataset-name", required = true)
  private String datasetName = "";

  @Option(names = "--dataset-path", required = true)
  private String datasetPath = "";

  @Option(names = "--seed", required = true)
  private int seed;

  @Option(names = "--num-prompts", required = true)
  private int prompts;

  @Option(names = "--port", required = true)
  private int port;

  public static void main(String... args) {
    System.exit(new CommandLine(new BenchServe()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    require(command, List.of("bench", "serve"));
    require(backend, "openai-chat");
    require(datasetName + " " + datasetPath, "hf lmarena-ai/VisionArena-Chat");
    require(findRoot(), model);

    List<CompletableFuture<Void>> answers =
        IntStream.range(0, prompts).mapToObj(this::ask).toList();
    answers.forEach(CompletableFuture::join);

    System.out.println("Successful requests: " + answers.size());
    return 0;
  }

  private String findRoot() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri("/v1/models")).build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    return JSON.readTree(answer.body()).at("/data/0/root").asText();
  }

  private CompletableFuture<Void> ask(int prompt) {
    String image = image(prompt);
    String body =
        """
        {"model":"%s","messages":[{"role":"user","content":[{"type":"text","text":"Describe it."},\
        {"type":"image_url","image_url":{"url":"%s"}}]}],\
        "temperature":0.0,"max_completion_tokens":12,"stream":true,\
        "stream_options":{"include_usage":true}}"""
            .formatted(model, image);
    HttpRequest request =
        HttpRequest.newBuilder(uri(endpoint))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return http.sendAsync(request, BodyHandlers.ofString())
        .thenAccept(answer -> check(answer, image));
  }

  private static void check(HttpResponse<String> answer, String image) {
    require(answer.statusCode(), 200);
    List<String> events = List.of(answer.body().split("\n\n"));
    require(events.get(events.size() - 1), "data: [DONE]");
    StringBuilder text = new StringBuilder();
    int tokens = -1;
    for (String event : events.subList(0, events.size() - 1)) {
      JsonNode chunk = parse(event.substring("data: ".length()));
      text.append(chunk.at("/choices/0/delta/content").asText());
      tokens = chunk.at("/usage/completion_tokens").asInt(tokens);
    }
    require(tokens, 12);
    require(text.toString().startsWith("Saw 1 image [" + digest(image) + "] :"), true);
  }

  private static String image(int prompt) {
    byte[] bytes = ("image " + prompt + " ").repeat(1000).getBytes(StandardCharsets.US_ASCII);
    return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(bytes);
  }

  private static String digest(String image) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(image.getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(hash, 0, 4);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (java.io.IOException e) {
      throw new IllegalStateException(json, e);
    }
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static void require(Object value, Object expected) {
    if (!value.equals(expected)) {
      throw new IllegalStateException(value + " (expected: " + expected + ")");
    }
  }
}
