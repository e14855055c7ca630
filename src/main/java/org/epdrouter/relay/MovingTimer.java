package org.epdrouter.relay;

import io.netty.channel.EventLoop;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A deadline that may move with every event of a stream: moving it costs a look at the clock, and
 * the event loop's own timer is set anew only when it fires early. Confined to the event loop, but
 * for {@link #stop}.
 */
final class MovingTimer implements Runnable {

  private final Runnable expired;
  private @Nullable EventLoop loop;
  private volatile @Nullable ScheduledFuture<?> scheduled;
  private volatile boolean stopped;
  private boolean armed;
  private long deadline;
  private long fires;

  MovingTimer(Runnable expired) {
    this.expired = expired;
  }

  /** Sets the deadline; a second start, on whichever loop, does nothing. */
  void start(EventLoop on, long milliseconds) {
    if (loop == null && !stopped) {
      loop = on;
      restart(milliseconds);
    }
  }

  /** Moves the deadline; 0 takes it away. */
  void restart(long milliseconds) {
    armed = milliseconds > 0;
    if (armed) {
      deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
      ScheduledFuture<?> pending = scheduled;
      if (pending == null) {
        schedule();
      } else if (deadline - fires < 0) {
        pending.cancel(false);
        schedule();
      }
    }
  }

  private void schedule() {
    EventLoop on = loop;
    if (on != null && !stopped) {
      fires = deadline;
      scheduled = on.schedule(this, fires - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void run() {
    scheduled = null;
    if (!stopped && armed) {
      if (deadline - System.nanoTime() > 0) {
        schedule();
      } else {
        expired.run();
      }
    }
  }

  /** Any thread. */
  void stop() {
    stopped = true;
    ScheduledFuture<?> pending = scheduled;
    if (pending != null) {
      pending.cancel(false);
    }
  }
}
