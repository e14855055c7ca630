package org.epdrouter.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An HTTP client for the tests; throws unchecked. */
final class TestClient {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private TestClient() {}

  static HttpResponse<String> get(String url, String... headers) {
    return send(request(url, headers).GET().build());
  }

  static HttpResponse<String> post(String url, String body, String... headers) {
    return send(request(url, headers).POST(BodyPublishers.ofString(body)).build());
  }

  static HttpResponse<String> chat(SimulatedWorker worker, String body, String... headers) {
    return post(worker.url() + Endpoints.CHAT, body, headers);
  }

  static CompletableFuture<HttpResponse<String>> chatLater(SimulatedWorker worker, String body) {
    HttpRequest request =
        request(worker.url() + Endpoints.CHAT).POST(BodyPublishers.ofString(body)).build();
    return HTTP.sendAsync(request, BodyHandlers.ofString());
  }

  static JsonNode json(HttpResponse<String> response) {
    return json(response.body());
  }

  static JsonNode json(String text) {
    try {
      return Json.MAPPER.readTree(text);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  /** The data of a stream's events, {@code [DONE]} included. */
  static List<String> events(HttpResponse<String> response) {
    return response
        .body()
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> line.substring("data: ".length()))
        .toList();
  }

  /** The events that are JSON. */
  static List<JsonNode> chunks(HttpResponse<String> response) {
    return events(response).stream()
        .filter(event -> !event.equals("[DONE]"))
        .map(TestClient::json)
        .toList();
  }

  private static HttpRequest.Builder request(String url, String... headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20));
    if (headers.length > 0) {
      builder.headers(headers);
    }
    return builder;
  }

  private static HttpResponse<String> send(HttpRequest request) {
    try {
      return HTTP.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
