package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/** One way of calling workers; the setters are the options of the URI. */
public final class RelayEndpoint extends DefaultEndpoint {

  private static final int DEFAULT_COLLECTED = 1024 * 1024;

  private final String remaining;
  private @Nullable RelayClient client;
  private HttpMethod method = HttpMethod.POST;
  private boolean collect;
  private long timeout;
  private long firstByteTimeout;
  private long idleTimeout;
  private int maxAnswer = DEFAULT_COLLECTED;

  RelayEndpoint(String uri, RelayComponent component, String remaining) {
    super(uri, component);
    this.remaining = remaining;
  }

  @Override
  public Producer createProducer() {
    if (client == null) {
      throw new IllegalStateException("no RelayClient");
    }
    return new RelayProducer(this, client);
  }

  @Override
  public Consumer createConsumer(Processor processor) {
    throw new UnsupportedOperationException("relay: calls workers, it does not listen");
  }

  /** The worker that the URI names, or null where a pool's lease decides. */
  @Nullable URI worker() {
    return remaining.startsWith("http://") || remaining.startsWith("https://")
        ? URI.create(remaining)
        : null;
  }

  /** Path of the request line, for a worker that a pool has leased. */
  String path() {
    return remaining.startsWith("/") ? remaining : "/" + remaining;
  }

  HttpMethod httpMethod() {
    return method;
  }

  CallLimits limits() {
    return new CallLimits(timeout, firstByteTimeout, idleTimeout, collect, maxAnswer);
  }

  public @Nullable RelayClient getClient() {
    return client;
  }

  public void setClient(RelayClient client) {
    this.client = client;
  }

  /** HTTP method (POST). */
  public void setMethod(String method) {
    this.method = HttpMethod.valueOf(method);
  }

  /**
   * Whether the answer is collected whatever its type, up to {@code maxAnswer}; else event streams
   * and long ones stream.
   */
  public void setCollect(boolean collect) {
    this.collect = collect;
  }

  /** Milliseconds for the whole call; 0 for no limit. */
  public void setTimeout(long timeout) {
    this.timeout = timeout;
  }

  /** Milliseconds until the head of the answer; 0 for no limit. */
  public void setFirstByteTimeout(long firstByteTimeout) {
    this.firstByteTimeout = firstByteTimeout;
  }

  /** Milliseconds between two reads of the body; 0 for no limit. */
  public void setIdleTimeout(long idleTimeout) {
    this.idleTimeout = idleTimeout;
  }

  /** Bytes up to which an answer is collected (1 MiB). */
  public void setMaxAnswer(int maxAnswer) {
    this.maxAnswer = maxAnswer;
  }
}
