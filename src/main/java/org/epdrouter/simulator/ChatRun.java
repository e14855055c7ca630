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
 * One chat request from its arrival to its end. Runs on its connection's event loop; every wait is
 * a scheduled task.
 */
final class ChatRun {
  private static final Logger LOG = LoggerFactory.getLogger(ChatRun.class);

  private final Exchange exchange;
  private final String requestId;
  private final ChatContext worker;
  private final Faults faults;
  private final ChatTally tally;
  private Runnable leaveLine = () -> {};
  private @Nullable Work work;
  private @Nullable TokenStream stream;
  private @Nullable ScheduledFuture<?> timer;

  ChatRun(Exchange exchange, String requestId, ChatContext worker, Faults faults) {
    this.exchange = exchange;
    this.requestId = requestId;
    this.worker = worker;
    this.faults = faults;
    this.tally = new ChatTally(worker.ledger());
  }

  /** {@code parsed} gives the request or throws the {@link VllmError} that answers it. */
  void start(Supplier<ChatCall> parsed) {
    exchange.onGone(this::gone);
    after(Duration.ofMillis(faults.delayMillis()), () -> proceed(parsed));
  }

  private void proceed(Supplier<ChatCall> parsed) {
    if (faults.resetBeforeHead()) {
      reset();
      return;
    }
    try {
      faults.throwStatus();
      queue(parsed.get());
    } catch (VllmError e) {
      fail(e);
    }
  }

  private void queue(ChatCall call) {
    Runnable granted = () -> onLoop(() -> admit(call));
    leaveLine = () -> worker.slots().leave(granted);
    worker.slots().acquire(granted);
  }

  private void admit(ChatCall call) {
    if (tally.isEnded()) {
      worker.slots().release();
      return;
    }
    tally.running();
    try {
      worker
          .rules()
          .admit(call)
          .whenComplete((admitted, failure) -> onLoop(() -> compute(call, admitted, failure)));
    } catch (VllmError e) {
      fail(e);
    }
  }

  private void compute(ChatCall call, @Nullable Work admitted, @Nullable Throwable failure) {
    if (admitted == null) {
      if (!tally.isEnded()) {
        fail(asError(failure));
      }
    } else if (tally.isEnded()) {
      admitted.abort();
    } else {
      work = admitted;
      Integer cap = call.cap();
      int tokens = cap == null ? worker.behaviour().defaultTokens() : cap;
      ChatFormat format = new ChatFormat(requestId, worker.model(), call, tokens);
      Duration rest = pace().multipliedBy(call.stream() || !admitted.paced() ? 0 : tokens - 1L);
      after(admitted.delay().plus(rest), () -> answer(admitted, call, format));
    }
  }

  private void answer(Work done, ChatCall call, ChatFormat format) {
    String kvParams = done.finish();
    if (call.stream()) {
      stream =
          new TokenStream(
              exchange,
              format,
              call,
              pace().toNanos(),
              faults,
              worker.ledger(),
              () -> end(tally::completed),
              this::reset);
      stream.start();
    } else if (faults.resetAfterEvents() != null) {
      exchange.truncated(format.completion(kvParams));
      reset();
    } else if (faults.stallAfterEvents() == null) {
      end(tally::completed);
      exchange.json(200, format.completion(kvParams));
    }
  }

  private void reset() {
    end(tally::failed);
    exchange.reset();
  }

  private void fail(VllmError error) {
    LOG.debug("request {} answered {}: {}", requestId, error.status(), error.getMessage());
    end(tally::failed);
    exchange.error(error);
  }

  /** The connection closed before the answer was out, be it in Netty's buffer already. */
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
    end(tally::aborted);
  }

  private void end(Runnable how) {
    boolean hadSlot = tally.isRunning();
    how.run();
    leaveLine.run();
    if (hadSlot) {
      worker.slots().release();
    }
  }

  private void after(Duration delay, Runnable next) {
    if (delay.isZero()) {
      next.run();
    } else {
      timer = exchange.loop().schedule(next, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void onLoop(Runnable task) {
    if (exchange.loop().inEventLoop()) {
      task.run();
    } else {
      exchange.loop().execute(task);
    }
  }

  private Duration pace() {
    return worker.behaviour().timing().betweenTokens();
  }

  private static VllmError asError(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof VllmError error ? error : VllmError.internal(String.valueOf(cause));
  }
}
