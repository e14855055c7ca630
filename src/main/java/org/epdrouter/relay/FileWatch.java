package org.epdrouter.relay;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks at files again and again, on a thread of its own, since no event loop may wait for a disk.
 * By content and not by what the system says has changed: Kubernetes changes a folder that it has
 * mounted by links. Thread-safe.
 */
final class FileWatch implements AutoCloseable {

  private final ScheduledExecutorService thread;

  /**
   * Starts watching.
   *
   * @param files name of the thread
   * @param interval milliseconds between two looks, the first one after as long
   * @param look does not throw: it would be the last look
   */
  FileWatch(String files, long interval, Runnable look) {
    thread = Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory(files, true));
    thread.scheduleWithFixedDelay(look, interval, interval, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
