package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.worker.CallCancelledException;
import org.epdrouter.worker.Lease;
import org.epdrouter.worker.RequestScope;
import org.jspecify.annotations.Nullable;

/**
 * Brings a call's answer back into its exchange. An answer that is not 2xx becomes the exchange's
 * exception, with the worker's status and body; so do failures.
 */
final class CallListener implements WorkerCall.Listener {

  private final Exchange exchange;
  private final AsyncCallback callback;
  private final RequestScope scope;
  private final @Nullable Lease lease;
  private final AtomicInteger pending;

  CallListener(
      Exchange exchange,
      AsyncCallback callback,
      RequestScope scope,
      @Nullable Lease lease,
      AtomicInteger pending) {
    this.exchange = exchange;
    this.callback = callback;
    this.scope = scope;
    this.lease = lease;
    this.pending = pending;
    pending.incrementAndGet();
  }

  @Override
  public void answered(WorkerAnswer answer) {
    if (answer.status() >= 200 && answer.status() < 300) {
      take(answer);
    } else {
      exchange.setException(refusal(answer));
    }
    callback.done(false);
  }

  private void take(WorkerAnswer answer) {
    Message message = exchange.getMessage();
    Map<String, Object> headers = message.getHeaders();
    headers.clear();
    for (Map.Entry<String, String> header : answer.headers()) {
      if (EndToEnd.passes(header.getKey())) {
        headers.merge(header.getKey(), header.getValue(), CallListener::both);
      }
    }
    headers.put(Exchange.HTTP_RESPONSE_CODE, answer.status());
    message.setBody(answer.body());
    if (answer.body() instanceof StreamBody stream) {
      scope.onClose(stream::discard);
    }
  }

  private static Object both(Object first, Object second) {
    return first + ", " + second;
  }

  private OpenAiException refusal(WorkerAnswer answer) {
    String type = answer.headers().get("Content-Type");
    boolean json = type != null && type.toLowerCase(Locale.ROOT).contains("json");
    if (answer.status() >= 400 && json && answer.body() instanceof byte[] body) {
      return OpenAiException.ofWorker(answer.status(), type, body, kept(answer.headers()));
    }
    String worker = lease == null ? "the worker" : lease.worker().toString();
    int status = answer.status() >= 400 ? answer.status() : 502;
    String message = "%s answered %d without a JSON body".formatted(worker, answer.status());
    OpenAiError error =
        new OpenAiError(
            message,
            status < 500 ? "invalid_request_error" : "server_error",
            null,
            "worker_failed");
    return OpenAiException.ofWorker(
        status, "application/json", error.toJson(), kept(answer.headers()));
  }

  private static Map<String, String> kept(HttpHeaders headers) {
    Map<String, String> kept = new HashMap<>();
    for (String name : new String[] {"Retry-After", "WWW-Authenticate", "x-should-retry"}) {
      String value = headers.get(name);
      if (value != null) {
        kept.put(name, value);
      }
    }
    return kept;
  }

  @Override
  public void failed(RuntimeException cause) {
    exchange.setException(cause);
    callback.done(false);
  }

  @Override
  public void ended(int status, @Nullable RuntimeException cause) {
    pending.decrementAndGet();
    if (lease == null) {
      return;
    }
    if (cause instanceof CallCancelledException || cause instanceof MemoryShortageException) {
      lease.ignored();
    } else if (cause != null) {
      lease.failed(cause);
    } else if (status >= 500) {
      lease.failed(new IllegalStateException("status " + status));
    } else if (status >= 400) {
      lease.ignored();
    } else {
      lease.succeeded();
    }
  }
}
