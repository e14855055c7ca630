package org.epdrouter.relay;

import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/**
 * How long a call may take: all of it together if it has such a limit, else up to the answer's head
 * and then between two reads of its body. Confined to the event loop of the call's connection, but
 * for what says otherwise.
 */
final class CallTimer {

  private final CallLimits limits;
  private final CallFailures failures;
  private final Consumer<RuntimeException> expired;
  private final MovingTimer timer = new MovingTimer(this::expire);
  private boolean answering;

  /**
   * A timer that does not run yet.
   *
   * @param expired told what the call fails with
   */
  CallTimer(CallLimits limits, CallFailures failures, Consumer<RuntimeException> expired) {
    this.limits = limits;
    this.failures = failures;
    this.expired = expired;
  }

  /**
   * The search for a connection begins; a limit for all of the call expires on that loop. Any
   * thread.
   */
  void callStarts(EventLoop loop) {
    if (isForAll()) {
      timer.start(loop, limits.total());
    }
  }

  /** The request goes out; when it does so again, the time runs on. */
  void requestStarts(EventLoop loop) {
    if (!isForAll()) {
      timer.start(loop, limits.firstByte());
    }
  }

  /** The answer's head has come. */
  void answerStarts() {
    answering = true;
    reading(true);
  }

  /** The body is read on, or has been read again; or nobody reads it for now. */
  void reading(boolean on) {
    if (!isForAll()) {
      timer.restart(on ? limits.idle() : 0);
    }
  }

  /** Any thread. */
  void stop() {
    timer.stop();
  }

  private boolean isForAll() {
    return limits.total() > 0;
  }

  private void expire() {
    if (isForAll()) {
      expired.accept(failures.totalTimeout(limits.total()));
    } else if (answering) {
      expired.accept(failures.idleTimeout(limits.idle()));
    } else {
      expired.accept(failures.firstByteTimeout(limits.firstByte()));
    }
  }
}
