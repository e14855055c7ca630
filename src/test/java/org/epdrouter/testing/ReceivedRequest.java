package org.epdrouter.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A request as a worker got it. Thread-safe. */
public final class ReceivedRequest {
  private final WorkerConnection connection;
  private final String requestLine;
  private final List<Header> headers;
  private final long arrivedNanos = System.nanoTime();
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();

  ReceivedRequest(WorkerConnection connection, String requestLine, List<Header> headers) {
    this.connection = connection;
    this.requestLine = requestLine;
    this.headers = headers;
  }

  /** Which of the worker's connections it came on, counted from 0. */
  public int connection() {
    return connection.number();
  }

  /** The request line without its CRLF. */
  public String requestLine() {
    return requestLine;
  }

  public String method() {
    return requestLine.substring(0, requestLine.indexOf(' '));
  }

  /** The request target as it stood on the wire. */
  public String target() {
    return requestLine.substring(requestLine.indexOf(' ') + 1, requestLine.lastIndexOf(' '));
  }

  /** Header lines in the order and case of the wire. */
  public List<Header> headers() {
    return headers;
  }

  /** The first value of a header, or null. */
  public @Nullable String header(String name) {
    return Header.first(headers, name);
  }

  public List<String> headerValues(String name) {
    return Header.all(headers, name);
  }

  /** The value of `x-request-id`, or the empty string. */
  public String requestId() {
    String id = header("x-request-id");
    return id == null ? "" : id;
  }

  /** When its head had arrived, by {@link System#nanoTime}. */
  public long arrivedNanos() {
    return arrivedNanos;
  }

  /** The body, waited for if it is still under way. */
  public byte[] body() {
    try {
      return body.get(Eventually.DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      throw new AssertionError("body of " + requestLine + " did not arrive: " + e, e);
    }
  }

  public String text() {
    return new String(body(), StandardCharsets.UTF_8);
  }

  public JsonNode json() {
    return Json.parse(text());
  }

  /**
   * Waits until the router has closed the connection that this request came on; returns when, by
   * {@link System#nanoTime}.
   */
  public long awaitDisconnect() {
    Eventually.holds("disconnect of " + requestLine + " " + requestId(), connection::isPeerGone);
    return connection.peerGoneNanos();
  }

  /** Whether the router has closed the connection that this request came on. */
  public boolean isDisconnected() {
    return connection.isPeerGone();
  }

  void complete(byte[] bytes) {
    body.complete(bytes);
  }

  void truncated(Exception cause) {
    body.completeExceptionally(cause);
  }

  boolean isChat() {
    return requestLine.startsWith("POST /v1/chat/completions ");
  }

  String path() {
    String target = target();
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  @Override
  public String toString() {
    return requestLine + " x-request-id=" + requestId() + " on connection " + connection();
  }
}
