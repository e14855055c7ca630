package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultAsyncProducer;
import org.epdrouter.openai.SplicedBody;
import org.epdrouter.worker.Lease;
import org.epdrouter.worker.RequestScope;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of a {@link RelayEndpoint}. A call counts as pending until the last byte of its
 * answer has been read, so that Camel's graceful shutdown waits for streams.
 */
final class RelayProducer extends DefaultAsyncProducer implements ShutdownAware {

  private final RelayClient client;
  private final CallLimits limits;
  private final RelayEndpoint endpoint;
  private final @Nullable URI worker;
  private final AtomicInteger pending = new AtomicInteger();

  RelayProducer(RelayEndpoint endpoint, RelayClient client) {
    super(endpoint);
    this.endpoint = endpoint;
    this.client = client;
    this.limits = endpoint.limits();
    this.worker = endpoint.worker();
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    Lease lease = Lease.of(exchange);
    try {
      RequestScope scope = RequestScope.of(exchange);
      Message message = exchange.getMessage();
      WorkerCall call =
          new WorkerCall(
              client,
              client.target(target(lease)),
              request(message, lease),
              limits,
              failures(lease),
              scope,
              new CallListener(exchange, callback, scope, worker == null ? lease : null, pending));
      call.start();
      return false;
    } catch (RuntimeException failure) {
      if (lease != null && worker == null) {
        lease.ignored();
      }
      exchange.setException(failure);
      callback.done(true);
      return true;
    }
  }

  private URI target(@Nullable Lease lease) {
    if (worker != null) {
      return worker;
    }
    if (lease == null) {
      throw new IllegalStateException(endpoint + " names no worker and is not the child of a pool");
    }
    return lease.worker().url();
  }

  private CallRequest request(Message message, @Nullable Lease lease) {
    Function<ByteBufAllocator, ByteBuf> body = body(message);
    HttpHeaders headers = new DefaultHttpHeaders();
    for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
      EndToEnd.copy(header.getKey(), header.getValue(), headers);
    }
    client.via().append(message.getHeader("Via"), headers);
    if (!HttpMethod.GET.equals(endpoint.httpMethod()) && !headers.contains("Content-Type")) {
      headers.set("Content-Type", "application/json");
    }
    if (worker == null) {
      client.authorize(headers);
    }
    return new CallRequest(endpoint.httpMethod(), path(target(lease)), headers, body);
  }

  private String path(URI url) {
    if (worker != null) {
      String path = worker.getRawPath().isEmpty() ? "/" : worker.getRawPath();
      return worker.getRawQuery() == null ? path : path + "?" + worker.getRawQuery();
    }
    String prefix = url.getRawPath();
    return prefix == null || prefix.isEmpty() || prefix.equals("/")
        ? endpoint.path()
        : prefix + endpoint.path();
  }

  private static Function<ByteBufAllocator, ByteBuf> body(Message message) {
    Object body = message.getBody();
    if (body instanceof SplicedBody spliced) {
      return spliced::toByteBuf;
    }
    if (body instanceof ByteBuf bytes) {
      return allocator -> bytes.retainedDuplicate();
    }
    if (body == null) {
      return allocator -> Unpooled.EMPTY_BUFFER;
    }
    byte[] bytes =
        body instanceof byte[] array
            ? array
            : body instanceof String text
                ? text.getBytes(StandardCharsets.UTF_8)
                : message.getBody(byte[].class);
    return allocator -> Unpooled.wrappedBuffer(bytes);
  }

  private CallFailures failures(@Nullable Lease lease) {
    return worker == null && lease != null
        ? new CallFailures(lease.worker().toString(), lease.worker().stage())
        : new CallFailures("worker " + worker, null);
  }

  @Override
  public int getPendingExchangesSize() {
    return pending.get();
  }

  @Override
  public boolean deferShutdown(ShutdownRunningTask task) {
    return false;
  }

  @Override
  public void prepareShutdown(boolean suspendOnly, boolean forced) {}
}
