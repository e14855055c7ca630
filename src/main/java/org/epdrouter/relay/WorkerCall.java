package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import org.epdrouter.worker.CallCancelledException;
import org.epdrouter.worker.RequestScope;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request to a worker and its answer, from the search for a connection to the last byte of the
 * body.
 *
 * <p>Started on any thread, it then lives on the event loop of its connection; {@link #cancel} may
 * come from anywhere.
 */
final class WorkerCall implements RequestScope.Call {

  /** Hears of the call: {@link #answered} or {@link #failed} once, {@link #ended} once. */
  interface Listener {

    /** The head is there, and the body, collected or as a stream. */
    void answered(WorkerAnswer answer);

    /** There will be no answer. */
    void failed(RuntimeException cause);

    /**
     * The last byte was read, or the call failed; before the reader of the body hears of it.
     *
     * @param status the answer's, 0 if there was none
     */
    void ended(int status, @Nullable RuntimeException cause);
  }

  private static final Logger LOG = LoggerFactory.getLogger(WorkerCall.class);

  private final RelayClient client;
  private final Target target;
  private final CallRequest request;
  private final CallLimits limits;
  private final CallFailures failures;
  private final RequestScope scope;
  private final Listener listener;
  private final CallTimer timer;

  private final Object lock = new Object();
  private @Nullable ChannelFuture connecting;
  private volatile @Nullable WorkerConnection connection;
  private volatile boolean over;

  private boolean reused;
  private boolean bytesSeen;
  private volatile @Nullable AnswerIntake intake;

  WorkerCall(
      RelayClient client,
      Target target,
      CallRequest request,
      CallLimits limits,
      CallFailures failures,
      RequestScope scope,
      Listener listener) {
    this.client = client;
    this.target = target;
    this.request = request;
    this.limits = limits;
    this.failures = failures;
    this.scope = scope;
    this.listener = listener;
    this.timer = new CallTimer(limits, failures, this::fail);
  }

  /**
   * Starts the call. Any thread, once.
   *
   * @throws CallCancelledException if the request's scope is closed
   */
  void start() {
    scope.add(this);
    int loop = client.loops().indexForCaller();
    timer.callStarts(client.loops().loop(loop));
    client.connect(this, loop);
  }

  Target target() {
    return target;
  }

  // ---- finding a connection

  void connecting(ChannelFuture future) {
    boolean late;
    synchronized (lock) {
      connecting = future;
      late = over;
    }
    if (late) {
      future.channel().close();
    }
  }

  /** There is no connection; the limit is how many milliseconds finding one may take. */
  void connectFailed(Throwable cause, int limit) {
    fail(failures.connect(cause, limit));
  }

  /**
   * Takes the connection, whose event loop is the caller; false if the call is over and does not
   * want it any more.
   */
  boolean carriedBy(WorkerConnection carrier, boolean usedBefore) {
    synchronized (lock) {
      if (over) {
        return false;
      }
      connection = carrier;
    }
    reused = usedBefore;
    bytesSeen = false;
    intake =
        new AnswerIntake(
            limits,
            failures,
            new AnswerMemory(client.admission(), scope),
            carrier.channel().eventLoop(),
            this::reading,
            listener::answered);
    timer.requestStarts(carrier.channel().eventLoop());
    return true;
  }

  FullHttpRequest message(ByteBufAllocator allocator) {
    return request.message(target.authority(), allocator);
  }

  // ---- what the connection reports, on its event loop

  void bytesCame() {
    bytesSeen = true;
    AnswerIntake taking = intake;
    if (taking != null && taking.isStreaming()) {
      timer.reading(true);
    }
  }

  void head(HttpResponse response) {
    AnswerIntake taking = intake;
    if (taking != null && !over) {
      timer.answerStarts();
      failIf(taking.head(response));
    }
  }

  void content(ByteBuf bytes) {
    AnswerIntake taking = intake;
    if (taking == null || over) {
      bytes.release();
    } else {
      failIf(taking.content(bytes));
    }
  }

  void last(ByteBuf bytes) {
    AnswerIntake taking = intake;
    if (taking == null || over) {
      bytes.release();
    } else if (taking.isStreaming()) {
      // Recorded before the last bytes are handed on: their reader may cancel, which is then
      // ignored.
      finish(null);
      taking.content(bytes);
      taking.end();
    } else {
      failIf(taking.content(bytes));
      if (finish(null)) {
        taking.end();
      }
    }
  }

  private void failIf(@Nullable RuntimeException refusal) {
    if (refusal != null) {
      fail(refusal);
    }
  }

  void readComplete() {
    if (intake != null) {
      intake.flush();
    }
  }

  void garbage(String what) {
    fail(failures.garbage(what));
  }

  /** The request could not be made. */
  void unsendable(Throwable cause) {
    fail(cause instanceof RuntimeException unforeseen ? unforeseen : failures.noMemory());
  }

  void disconnected(@Nullable Throwable cause) {
    synchronized (lock) {
      if (over) {
        return;
      }
      connection = null;
    }
    if (MemoryShortageException.isBehind(cause)) {
      fail(failures.noMemory());
    } else if (bytesSeen) {
      fail(failures.truncated());
    } else if (reused) {
      // The worker closed an idle connection just when it was taken: the same worker gets the
      // request again.
      client.connectAnew(this);
    } else {
      fail(failures.lost(cause));
    }
  }

  // ---- ends

  private void reading(StreamBody.Demand demand) {
    WorkerConnection carrier = connection;
    if (demand == StreamBody.Demand.CANCEL) {
      fail(new CallCancelledException(RequestScope.Ending.CLIENT_LEFT));
    } else if (carrier != null && !over) {
      boolean on = demand == StreamBody.Demand.READ;
      timer.reading(on);
      carrier.read(on);
    }
  }

  @Override
  public void cancel(CallCancelledException reason) {
    fail(reason);
  }

  private void fail(RuntimeException cause) {
    WorkerConnection carrier = connection;
    if (carrier != null && !carrier.channel().eventLoop().inEventLoop()) {
      carrier.channel().eventLoop().execute(() -> fail(cause));
    } else if (finish(cause)) {
      AnswerIntake taking = intake;
      if (taking == null || !taking.fail(cause)) {
        listener.failed(cause);
      }
    }
  }

  /** Records the end of the call; false if it was recorded before. */
  private boolean finish(@Nullable RuntimeException cause) {
    ChannelFuture pending;
    WorkerConnection carrier;
    synchronized (lock) {
      if (over) {
        return false;
      }
      over = true;
      pending = connecting;
      carrier = connection;
      connection = null;
    }
    timer.stop();
    scope.remove(this);
    if (cause != null) {
      if (carrier != null) {
        carrier.abandon(this);
      } else if (pending != null) {
        pending.channel().close();
      }
    }
    AnswerIntake taking = intake;
    try {
      listener.ended(taking == null ? 0 : taking.status(), cause);
    } catch (RuntimeException bookkeeping) {
      // Whatever goes wrong in counting the call, its request must hear of its end.
      LOG.error("the end of a call to {} could not be recorded", target, bookkeeping);
    }
    return true;
  }
}
