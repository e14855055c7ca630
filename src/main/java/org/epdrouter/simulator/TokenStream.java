package org.epdrouter.simulator;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Streams an answer at the set pace: one scheduled tick per token, on the connection's event loop.
 * Late ticks catch up; while the client does not read (the socket's buffer is full) the ticks rest.
 */
final class TokenStream {
  private final Exchange exchange;
  private final ChatFormat format;
  private final ChatCall call;
  private final long periodNanos;
  private final Faults faults;
  private final Ledger ledger;
  private final Runnable onDone;
  private final Runnable onReset;
  private final long start = System.nanoTime();
  private int sentTokens;
  private int sentEvents;
  private boolean silent;
  private @Nullable Future<?> nextTick;

  TokenStream(
      Exchange exchange,
      ChatFormat format,
      ChatCall call,
      long periodNanos,
      Faults faults,
      Ledger ledger,
      Runnable onDone,
      Runnable onReset) {
    this.exchange = exchange;
    this.format = format;
    this.call = call;
    this.periodNanos = periodNanos;
    this.faults = faults;
    this.ledger = ledger;
    this.onDone = onDone;
    this.onReset = onReset;
  }

  /** Sends the head, the roles and the first token; the first token's delay is over. */
  void start() {
    exchange.openStream();
    checkFaults();
    for (int choice = 0; choice < call.n(); choice++) {
      event(format.role(choice));
    }
    tick();
  }

  void stop() {
    silent = true;
    if (nextTick != null) {
      nextTick.cancel(false);
    }
  }

  private void tick() {
    if (silent) {
      return;
    }
    if (!exchange.isWritable()) {
      exchange.onWritable(this::tick);
      return;
    }
    for (int choice = 0; choice < call.n(); choice++) {
      event(format.token(choice, sentTokens));
    }
    sentTokens++;
    if (sentTokens == format.tokens()) {
      end();
    } else if (!silent) {
      long due = start + sentTokens * periodNanos - System.nanoTime();
      nextTick = exchange.loop().schedule(this::tick, Math.max(0, due), TimeUnit.NANOSECONDS);
    }
  }

  private void end() {
    if (call.includeUsage()) {
      event(format.usage());
    }
    event(ChatFormat.DONE);
    if (!silent) {
      onDone.run();
      exchange.endStream();
    }
  }

  private void event(String event) {
    if (silent) {
      return;
    }
    sentEvents++;
    ledger.increment(Counter.EVENTS_SENT);
    exchange.event(event);
    checkFaults();
  }

  private void checkFaults() {
    Integer resetAfter = faults.resetAfterEvents();
    Integer stallAfter = faults.stallAfterEvents();
    if (resetAfter != null && sentEvents >= resetAfter) {
      silent = true;
      onReset.run();
    } else if (stallAfter != null && sentEvents >= stallAfter) {
      silent = true;
    }
  }
}
