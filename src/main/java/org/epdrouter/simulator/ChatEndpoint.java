package org.epdrouter.simulator;

import java.util.UUID;
import java.util.function.Supplier;

/** {@code POST /v1/chat/completions}. */
final class ChatEndpoint implements HttpEndpoint {
  private static final String REQUEST_ID = "x-request-id";

  private final ChatContext worker;
  private final FaultBox faults;

  ChatEndpoint(ChatContext worker, FaultBox faults) {
    this.worker = worker;
    this.faults = faults;
  }

  @Override
  public void handle(Exchange exchange) {
    String given = exchange.header(REQUEST_ID);
    worker.ledger().chat(given, exchange.header("traceparent"));
    String id = given.isEmpty() ? UUID.randomUUID().toString().replace("-", "") : given;
    if (worker.behaviour().requestIdHeaders()) {
      exchange.addHeader(REQUEST_ID, id);
    }
    new ChatRun(exchange, id, worker, faults.next()).start(parse(exchange));
  }

  /** Parses now, since the body does not outlive this call, and keeps the error for its turn. */
  private Supplier<ChatCall> parse(Exchange exchange) {
    try {
      ChatCall call = ChatCallReader.read(exchange.content());
      if (!call.model().isEmpty() && !call.model().equals(worker.model())) {
        throw VllmError.unknownModel(call.model());
      }
      return () -> call;
    } catch (VllmError e) {
      return () -> {
        throw e;
      };
    }
  }
}
