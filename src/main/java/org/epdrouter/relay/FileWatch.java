package org.epdrouter.relay;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at files again and again, on a thread of its own, since no event loop may wait for a disk.
 * It does not wait for the system to report a change: Kubernetes changes a folder that it has
 * mounted by links. Thread-safe.
 */
final class FileWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

  private final ScheduledExecutorService executor;

  /**
   * Starts watching.
   *
   * @param thread its name
   * @param interval milliseconds between two looks, the first one after as long
   */
  FileWatch(String thread, long interval, Runnable look) {
    executor = Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory(thread, true));
    executor.scheduleWithFixedDelay(
        () -> safely(thread, look), interval, interval, TimeUnit.MILLISECONDS);
  }

  /** An exception would end all further looks. */
  private static void safely(String thread, Runnable look) {
    try {
      look.run();
    } catch (RuntimeException e) {
      LOG.error("{} could not look at its files", thread, e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
