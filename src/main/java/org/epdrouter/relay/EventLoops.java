package org.epdrouter.relay;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event loops that client and worker connections share, so that a request and its calls can
 * stay on one thread. Thread-safe.
 */
public final class EventLoops implements AutoCloseable {

  private final EventLoopGroup group;
  private final EventLoop[] loops;
  private final AtomicInteger next = new AtomicInteger();

  /**
   * Starts the loops.
   *
   * @param threads how many; 0 for one per processor
   */
  public EventLoops(int threads) {
    int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    this.group = new NioEventLoopGroup(count, new DefaultThreadFactory("epd-loop", true));
    this.loops = new EventLoop[count];
    int index = 0;
    for (EventExecutor loop : group) {
      loops[index++] = (EventLoop) loop;
    }
  }

  EventLoopGroup group() {
    return group;
  }

  int count() {
    return loops.length;
  }

  EventLoop loop(int index) {
    return loops[index];
  }

  /**
   * Index of the loop that the caller runs on; for a caller that runs on none, of the next in turn.
   */
  int indexForCaller() {
    for (int index = 0; index < loops.length; index++) {
      if (loops[index].inEventLoop()) {
        return index;
      }
    }
    return Math.floorMod(next.getAndIncrement(), loops.length);
  }

  /** The loop that the caller runs on, or the next in turn. */
  EventLoop loopForCaller() {
    return loops[indexForCaller()];
  }

  /** Runs the task later, on the caller's loop if it runs on one. */
  public ScheduledFuture<?> schedule(Runnable task, long milliseconds) {
    return loopForCaller().schedule(task, milliseconds, TimeUnit.MILLISECONDS);
  }

  /** Stops the loops at once; connections that are open are closed. */
  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
