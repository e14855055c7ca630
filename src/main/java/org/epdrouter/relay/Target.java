package org.epdrouter.relay;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One worker's address and the idle connections to it, kept apart by event loop. Thread-safe. */
final class Target {

  private final String host;
  private final int port;
  private final boolean tls;
  private final String authority;
  private final Lane[] lanes;

  private static final class Lane {
    private final ConcurrentLinkedDeque<WorkerConnection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger open = new AtomicInteger();
  }

  Target(URI url, int loops) {
    this.host = url.getHost().replaceAll("^\\[|]$", "");
    this.tls = "https".equalsIgnoreCase(url.getScheme());
    this.port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
    this.authority = url.getPort() >= 0 ? url.getHost() + ":" + url.getPort() : url.getHost();
    this.lanes = new Lane[loops];
    for (int loop = 0; loop < loops; loop++) {
      lanes[loop] = new Lane();
    }
  }

  InetSocketAddress address() {
    return InetSocketAddress.createUnresolved(host, port);
  }

  /** Value of the Host header. */
  String authority() {
    return authority;
  }

  String host() {
    return host;
  }

  int port() {
    return port;
  }

  boolean tls() {
    return tls;
  }

  /**
   * An idle connection, the one used last first. A loop that has no connection of its own to this
   * worker borrows one from another loop, so that a little traffic keeps to few connections.
   */
  @Nullable WorkerConnection takeIdle(int loop) {
    WorkerConnection own = lanes[loop].idle.pollLast();
    if (own != null || lanes[loop].open.get() > 0) {
      return own;
    }
    for (Lane lane : lanes) {
      WorkerConnection other = lane.idle.pollLast();
      if (other != null) {
        return other;
      }
    }
    return null;
  }

  void opened(int loop) {
    lanes[loop].open.incrementAndGet();
  }

  void closed(WorkerConnection connection, int loop) {
    lanes[loop].open.decrementAndGet();
    lanes[loop].idle.remove(connection);
  }

  void giveBack(WorkerConnection connection, int loop) {
    lanes[loop].idle.addLast(connection);
  }

  /**
   * Closes the connections of the loop that have been idle since before the given {@link
   * System#nanoTime}.
   */
  void closeIdleSince(int loop, long nanos) {
    for (WorkerConnection connection : lanes[loop].idle) {
      if (connection.idleSince() - nanos < 0 && lanes[loop].idle.remove(connection)) {
        connection.close();
      }
    }
  }

  @Override
  public String toString() {
    return (tls ? "https://" : "http://") + authority;
  }
}
