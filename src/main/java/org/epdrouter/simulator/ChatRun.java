package org.epdrouter.simulator;

import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One chat request from its arrival to exactly one end: completed, failed or aborted. Runs on its
 * connection's event loop.
 */
final class ChatRun {
  private static final Logger LOG = LoggerFactory.getLogger(ChatRun.class);

  private enum Phase {
    WAITING,
    RUNNING,
    ENDED
  }

  private final Exchange exchange;
  private final String requestId;
  private final ChatContext worker;
  private final Faults faults;
  private final Runnable granted = this::granted;
  private Phase phase = Phase.WAITING;
  private @Nullable Counter end;
  private @Nullable ChatCall call;
  private @Nullable Work work;
  private @Nullable TokenStream stream;
  private @Nullable ScheduledFuture<?> timer;

  ChatRun(Exchange exchange, String requestId, ChatContext worker, Faults faults) {
    this.exchange = exchange;
    this.requestId = requestId;
    this.worker = worker;
    this.faults = faults;
  }

  /** {@code parsed} gives the request or throws the {@link VllmError} that answers it. */
  void start(Supplier<ChatCall> parsed) {
    worker.ledger().increment(Counter.WAITING);
    exchange.onGone(this::gone);
    after(Duration.ofMillis(faults.delayMillis()), () -> proceed(parsed));
  }

  private void proceed(Supplier<ChatCall> parsed) {
    if (faults.resetBeforeHead()) {
      end(Counter.FAILED);
      exchange.reset();
      return;
    }
    try {
      if (faults.status() > 0) {
        throw simulatedFault();
      }
      call = parsed.get();
    } catch (VllmError e) {
      fail(e);
      return;
    }
    worker.slots().acquire(granted);
  }

  /** On any thread. */
  private void granted() {
    if (exchange.loop().inEventLoop()) {
      run();
    } else {
      exchange.loop().execute(this::run);
    }
  }

  private void run() {
    if (phase == Phase.ENDED) {
      worker.slots().release();
      return;
    }
    phase = Phase.RUNNING;
    worker.ledger().decrement(Counter.WAITING);
    worker.ledger().increment(Counter.RUNNING);
    try {
      worker
          .rules()
          .admit(call())
          .whenComplete(
              (admitted, failure) -> exchange.loop().execute(() -> admitted(admitted, failure)));
    } catch (VllmError e) {
      fail(e);
    }
  }

  private void admitted(@Nullable Work admitted, @Nullable Throwable failure) {
    if (phase == Phase.ENDED) {
      if (admitted != null) {
        admitted.abort();
      }
    } else if (admitted == null) {
      fail(asError(failure));
    } else {
      work = admitted;
      int tokens = tokens();
      ChatFormat format = new ChatFormat(requestId, worker.model(), call(), tokens);
      Duration rest =
          admitted.paced() && !call().stream() ? pace().multipliedBy(tokens - 1L) : Duration.ZERO;
      after(admitted.delay().plus(rest), () -> answer(admitted, format));
    }
  }

  private void answer(Work done, ChatFormat format) {
    String kvParams = done.finish();
    if (call().stream()) {
      stream =
          new TokenStream(
              exchange,
              format,
              call(),
              pace().toNanos(),
              faults,
              worker.ledger(),
              () -> end(Counter.COMPLETED),
              this::reset);
      stream.start();
    } else if (faults.resetAfterEvents() != null) {
      exchange.truncated(format.completion(kvParams));
      reset();
    } else if (faults.stallAfterEvents() == null) {
      end(Counter.COMPLETED);
      exchange.json(200, format.completion(kvParams));
    }
  }

  private void reset() {
    end(Counter.FAILED);
    exchange.reset();
  }

  private void fail(VllmError error) {
    LOG.debug("request {} answered {}: {}", requestId, error.status(), error.getMessage());
    end(Counter.FAILED);
    exchange.error(error);
  }

  /** The connection closed before the answer was out. */
  private void gone() {
    if (timer != null) {
      timer.cancel(false);
    }
    if (stream != null) {
      stream.stop();
    }
    if (work != null) {
      work.abort();
    }
    if (phase != Phase.ENDED) {
      end(Counter.ABORTED);
    } else if (end == Counter.COMPLETED) {
      end = Counter.ABORTED;
      worker.ledger().decrement(Counter.COMPLETED);
      worker.ledger().increment(Counter.ABORTED);
    }
  }

  private void end(Counter how) {
    worker.ledger().decrement(phase == Phase.RUNNING ? Counter.RUNNING : Counter.WAITING);
    worker.ledger().increment(how);
    boolean hadSlot = phase == Phase.RUNNING;
    phase = Phase.ENDED;
    end = how;
    if (hadSlot) {
      worker.slots().release();
    } else {
      worker.slots().leave(granted);
    }
  }

  private void after(Duration delay, Runnable next) {
    if (delay.isZero()) {
      next.run();
    } else {
      timer = exchange.loop().schedule(next, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private int tokens() {
    Integer cap = call().cap();
    return cap == null ? worker.behaviour().defaultTokens() : cap;
  }

  private Duration pace() {
    return worker.behaviour().timing().betweenTokens();
  }

  private ChatCall call() {
    if (call == null) {
      throw new IllegalStateException("request " + requestId + ": not parsed yet");
    }
    return call;
  }

  private VllmError simulatedFault() {
    if (faults.retryAfter() > 0) {
      exchange.addHeader("retry-after", Integer.toString(faults.retryAfter()));
    }
    return new VllmError(faults.status(), "SimulatedFault", "simulated fault", null);
  }

  private static VllmError asError(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof VllmError error ? error : VllmError.internal(String.valueOf(cause));
  }
}
