package org.epdrouter.relay;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.epdrouter.worker.RequestScope;
import org.epdrouter.worker.Worker;
import org.epdrouter.worker.WorkerPool;
import org.jspecify.annotations.Nullable;

/**
 * Asks every worker for its {@code /health}, again and again, with jitter. A worker is dead after
 * some failures in a row and alive after one success; a failing one is asked more often. Any answer
 * below 500 is a success: vLLM says 503 when its engine is dead. A worker that is too busy for a
 * probe lives as long as its calls succeed.
 */
public final class HealthProbes implements AutoCloseable {

  private static final int FASTER = 4;
  private static final int MAX_ANSWER = 64 * 1024;

  private final RelayClient client;
  private final List<Worker> workers;
  private final long interval;
  private final long timeout;
  private final int threshold;
  private volatile boolean closed;

  /**
   * Probes that are not running yet.
   *
   * @param interval milliseconds between two probes of a worker; 0 for no probes
   * @param timeout milliseconds that an answer may take
   * @param threshold failures in a row that make a worker dead
   */
  public HealthProbes(
      RelayClient client,
      WorkerPool encode,
      WorkerPool prefill,
      WorkerPool decode,
      long interval,
      long timeout,
      int threshold) {
    this.client = client;
    this.workers =
        Stream.of(encode, prefill, decode).flatMap(pool -> pool.workers().stream()).toList();
    this.interval = interval;
    this.timeout = timeout;
    this.threshold = threshold;
  }

  /** Starts the probes. */
  public void start() {
    if (interval > 0) {
      workers.forEach(worker -> new Probe(worker).again(interval));
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  private final class Probe implements WorkerCall.Listener {
    private final Worker worker;
    private int failures;
    private long asked;

    Probe(Worker worker) {
      this.worker = worker;
    }

    void again(long pause) {
      if (!closed) {
        long jitter = ThreadLocalRandom.current().nextLong(pause / 2 + 1);
        client.loops().schedule(this::ask, Math.max(1, pause * 3 / 4 + jitter));
      }
    }

    private void ask() {
      asked = System.nanoTime();
      HttpHeaders headers = new DefaultHttpHeaders();
      client.via().append(null, headers);
      client.authorize(headers);
      String prefix = worker.url().getRawPath();
      new WorkerCall(
              client,
              client.target(worker.url()),
              new CallRequest(
                  HttpMethod.GET, prefix + "/health", headers, allocator -> Unpooled.EMPTY_BUFFER),
              new CallLimits(timeout, 0, 0, true, MAX_ANSWER),
              new CallFailures(worker.toString(), null),
              new RequestScope(),
              this)
          .start();
    }

    @Override
    public void answered(WorkerAnswer answer) {
      found(answer.status() < 500);
    }

    @Override
    public void failed(RuntimeException cause) {
      found(worker.hasSucceededSince(asked));
    }

    @Override
    public void ended(int status, @Nullable RuntimeException cause) {}

    private void found(boolean healthy) {
      failures = healthy ? 0 : failures + 1;
      if (healthy || failures >= threshold) {
        worker.alive(healthy);
      }
      again(healthy ? interval : interval / FASTER);
    }
  }
}
