package org.epdrouter.simulator;

import org.jspecify.annotations.Nullable;

/** vLLM's {@code --api-key}: guards {@code /v1} and nothing else. */
final class ApiKeyGate implements HttpEndpoint {
  private final String expected;
  private final HttpEndpoint next;

  private ApiKeyGate(String key, HttpEndpoint next) {
    this.expected = "Bearer " + key;
    this.next = next;
  }

  /** Without a key everything is open. */
  static HttpEndpoint guard(@Nullable String key, HttpEndpoint endpoints) {
    return key == null ? endpoints : new ApiKeyGate(key, endpoints);
  }

  @Override
  public void handle(Exchange exchange) {
    if (exchange.path().startsWith("/v1") && !exchange.header("authorization").equals(expected)) {
      exchange.send(401, "application/json", "{\"error\":\"Unauthorized\"}");
    } else {
      next.handle(exchange);
    }
  }
}
