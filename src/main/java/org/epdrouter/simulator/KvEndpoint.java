package org.epdrouter.simulator;

import io.netty.buffer.ByteBufUtil;
import java.io.IOException;

/**
 * The KV side channel of a prefill worker, in the place of NIXL's: decode posts the params it got,
 * 200 when the blocks were held and are free now, 404 when not.
 */
final class KvEndpoint implements HttpEndpoint {
  static final String PATH = "/kv/fetch";

  private final KvStore store;

  KvEndpoint(KvStore store) {
    this.store = store;
  }

  @Override
  public void handle(Exchange exchange) {
    try {
      KvParams params = KvParams.parse(ByteBufUtil.getBytes(exchange.content()));
      exchange.empty(exchange.path().equals(PATH) && store.fetch(params) ? 200 : 404);
    } catch (IOException e) {
      exchange.error(VllmError.badRequest(String.valueOf(e.getMessage()), null));
    }
  }
}
