package org.epdrouter.relay;

import io.netty.channel.EventLoop;

/**
 * Watches how long a client takes over a head, a body, or nothing at all. Confined to the
 * connection's event loop.
 */
final class ClientTimer {

  private enum Reading {
    NOTHING,
    HEAD,
    BODY
  }

  private final FrontLimits limits;
  private final Runnable slowBody;
  private final Runnable close;
  private final MovingTimer timer = new MovingTimer(this::expired);
  private Reading reading = Reading.NOTHING;
  private boolean serving;

  ClientTimer(FrontLimits limits, Runnable slowBody, Runnable close) {
    this.limits = limits;
    this.slowBody = slowBody;
    this.close = close;
  }

  void start(EventLoop loop) {
    timer.start(loop, limits.idleTimeout());
  }

  void headStarted() {
    watch(Reading.HEAD);
  }

  void bodyStarted() {
    watch(Reading.BODY);
  }

  void requestRead() {
    watch(Reading.NOTHING);
  }

  /** Whether a request is being answered: then a client that sends nothing is no idle one. */
  void serving(boolean on) {
    serving = on;
    watch(reading);
  }

  private void watch(Reading what) {
    reading = what;
    timer.restart(
        switch (what) {
          case HEAD -> limits.headerTimeout();
          case BODY -> limits.bodyTimeout();
          case NOTHING -> serving ? 0 : limits.idleTimeout();
        });
  }

  void stop() {
    timer.stop();
  }

  private void expired() {
    if (reading == Reading.BODY) {
      slowBody.run();
    } else {
      close.run();
    }
  }
}
