package org.epdrouter.relay;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at files again and again, on a thread of its own, since no event loop may wait for a disk.
 * It does not wait for the system to report a change: Kubernetes changes a folder that it has
 * mounted by links. Says once why files cannot be used. Thread-safe.
 */
final class FileWatch implements AutoCloseable {

  /** Reads the files if need be. */
  interface Look {
    /**
     * Whether they were read anew.
     *
     * @throws IOException if they cannot be; a RuntimeException is taken for that, too
     */
    boolean readsAnew() throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

  private final ScheduledExecutorService executor;
  private final String kept;
  private String complaint = "";

  /**
   * Starts watching.
   *
   * @param thread its name
   * @param interval milliseconds between two looks, the first one after as long
   * @param kept what stays in use while the files cannot be
   */
  FileWatch(String thread, long interval, Look look, String kept) {
    this.kept = kept;
    executor = Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory(thread, true));
    executor.scheduleWithFixedDelay(() -> look(look), interval, interval, TimeUnit.MILLISECONDS);
  }

  /** Lets nothing through: an exception would end all further looks. */
  private void look(Look look) {
    try {
      if (look.readsAnew()) {
        complaint = "";
      }
    } catch (IOException | RuntimeException broken) {
      String reason = String.valueOf(broken.getMessage());
      if (!reason.equals(complaint)) {
        complaint = reason;
        LOG.warn("{}; the former {} stay in use", reason, kept);
      }
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
