package org.epdrouter.relay;

import org.apache.camel.component.netty.http.NettyHttpConsumer;
import org.jspecify.annotations.Nullable;

/** What all connections of one server port share. Thread-safe. */
final class Front {

  private final FrontLimits limits;
  private final HeaderPolicy headers;
  private final Admission admission;
  private final Via via;
  private final ApiKeys keys;
  private volatile @Nullable NettyHttpConsumer consumer;

  Front(FrontLimits limits, HeaderPolicy headers, Admission admission, Via via, ApiKeys keys) {
    this.limits = limits;
    this.headers = headers;
    this.admission = admission;
    this.via = via;
    this.keys = keys;
  }

  FrontLimits limits() {
    return limits;
  }

  HeaderPolicy headers() {
    return headers;
  }

  Admission admission() {
    return admission;
  }

  Via via() {
    return via;
  }

  ApiKeys keys() {
    return keys;
  }

  /** The route that takes the requests, or null while there is none or it is suspended. */
  @Nullable NettyHttpConsumer consumer() {
    NettyHttpConsumer current = consumer;
    return current == null || current.isSuspended() ? null : current;
  }

  void consumer(@Nullable NettyHttpConsumer next) {
    consumer = next;
  }
}
