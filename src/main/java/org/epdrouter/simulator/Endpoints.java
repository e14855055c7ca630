package org.epdrouter.simulator;

import java.util.LinkedHashMap;
import java.util.Map;

/** The worker's paths, answered as FastAPI does: 404 elsewhere, 405 for another method. */
final class Endpoints implements HttpEndpoint {
  static final String CHAT = "/v1/chat/completions";
  static final String MODELS = "/v1/models";
  static final String HEALTH = "/health";
  static final String START_PROFILE = "/start_profile";
  static final String STOP_PROFILE = "/stop_profile";
  static final String STATE = "/sim/state";
  static final String FAULTS = "/sim/faults";
  static final String RESET = "/sim/reset";

  private static final String JSON = "application/json";

  private final Map<String, Map<String, HttpEndpoint>> endpoints = new LinkedHashMap<>();
  private final Ledger ledger;

  Endpoints(Ledger ledger) {
    this.ledger = ledger;
  }

  Endpoints on(String method, String path, HttpEndpoint endpoint) {
    endpoints.computeIfAbsent(path, p -> new LinkedHashMap<>()).put(method, endpoint);
    return this;
  }

  @Override
  public void handle(Exchange exchange) {
    Map<String, HttpEndpoint> methods = endpoints.get(exchange.path());
    if (methods == null) {
      ledger.request("other");
      exchange.send(404, JSON, "{\"detail\":\"Not Found\"}");
      return;
    }
    if (!exchange.path().startsWith("/sim/")) {
      ledger.request(exchange.method() + " " + exchange.path());
    }
    HttpEndpoint endpoint = methods.get(exchange.method());
    if (endpoint == null) {
      exchange.addHeader("allow", String.join(", ", methods.keySet()));
      exchange.send(405, JSON, "{\"detail\":\"Method Not Allowed\"}");
    } else {
      endpoint.handle(exchange);
    }
  }
}
