package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Connections to workers: made when needed, kept while idle for as long as workers keep them, and
 * used by one call at a time. A call runs on the event loop it was started from whenever a
 * connection of that loop can be had. Thread-safe.
 */
public final class RelayClient implements AutoCloseable {

  private final EventLoops loops;
  private final long keepAliveNanos;
  private final Via via;
  private final String authorization;
  private final Admission admission;
  private final Connector connector;
  private final ConcurrentMap<URI, Target> targets = new ConcurrentHashMap<>();

  /**
   * A client without connections.
   *
   * @param loops where the connections live
   * @param connectTimeout milliseconds
   * @param keepAlive milliseconds after which an idle connection is dropped; less than the workers'
   *     own (vLLM: 5 s)
   * @param authorization what workers get as Authorization; empty for what the message has
   * @param admission bounds the memory of collected answers
   */
  public RelayClient(
      EventLoops loops,
      Via via,
      int connectTimeout,
      long keepAlive,
      WorkerTls tls,
      String authorization,
      Admission admission) {
    this(
        loops,
        via,
        keepAlive,
        authorization,
        admission,
        new Connector(HostsFile.resolver(), tls, connectTimeout));
  }

  RelayClient(
      EventLoops loops,
      Via via,
      long keepAlive,
      String authorization,
      Admission admission,
      Connector connector) {
    this.admission = admission;
    this.via = via;
    this.authorization = authorization;
    this.loops = loops;
    this.keepAliveNanos = TimeUnit.MILLISECONDS.toNanos(keepAlive);
    this.connector = connector;
    long sweep = Math.max(1, Math.min(keepAlive / 4, 1000));
    for (int loop = 0; loop < loops.count(); loop++) {
      int index = loop;
      loops
          .loop(loop)
          .scheduleWithFixedDelay(() -> closeIdle(index), sweep, sweep, TimeUnit.MILLISECONDS);
    }
  }

  EventLoops loops() {
    return loops;
  }

  Via via() {
    return via;
  }

  Admission admission() {
    return admission;
  }

  /**
   * Puts the router's own key on a call to one of its workers. A call to another server, whose URL
   * stands in a route, does not get it.
   */
  void authorize(HttpHeaders call) {
    if (!authorization.isEmpty()) {
      call.set(HttpHeaderNames.AUTHORIZATION, authorization);
    }
  }

  Target target(URI url) {
    Target target = targets.get(url);
    return target != null
        ? target
        : targets.computeIfAbsent(url, any -> new Target(url, loops.count()));
  }

  /**
   * Gives the call a connection, an idle one if there is one, best of the loop with that index. On
   * any thread.
   */
  void connect(WorkerCall call, int loop) {
    long oldest = System.nanoTime() - keepAliveNanos;
    WorkerConnection idle = call.target().takeIdle(loop);
    while (idle != null && !(idle.isOpen() && idle.idleSince() - oldest >= 0)) {
      idle.close();
      idle = call.target().takeIdle(loop);
    }
    if (idle != null) {
      idle.begin(call, true);
    } else {
      connectAnew(call, loop);
    }
  }

  /** Gives the call a connection that no other call has used. */
  void connectAnew(WorkerCall call) {
    connectAnew(call, loops.indexForCaller());
  }

  private void connectAnew(WorkerCall call, int loop) {
    connector.connect(call, loops.loop(loop), new WorkerConnection(call.target(), loop));
  }

  private void closeIdle(int loop) {
    long oldest = System.nanoTime() - keepAliveNanos;
    targets.values().forEach(target -> target.closeIdleSince(loop, oldest));
  }

  /** Closes the name resolver; the connections go with the event loops. */
  @Override
  public void close() {
    connector.close();
  }
}
