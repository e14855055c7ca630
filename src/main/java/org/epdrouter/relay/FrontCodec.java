package org.epdrouter.relay;

import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** HTTP/1.1 towards clients: strict about requests, and right about answers to HEAD. */
final class FrontCodec
    extends CombinedChannelDuplexHandler<StrictRequestDecoder, FrontCodec.Encoder> {

  private static final int MAX_READ = 256 * 1024;

  FrontCodec(FrontLimits limits, Runnable headStarted) {
    HttpDecoderConfig config =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.maxUri() + 64)
            .setMaxHeaderSize(limits.maxHeader() + 64)
            .setMaxChunkSize(MAX_READ);
    init(
        new StrictRequestDecoder(config, limits.maxUri(), limits.maxHeader(), headStarted),
        new Encoder());
  }

  /** Says what the next answer is to: a HEAD request's has no body. */
  void answersHead(boolean head) {
    outboundHandler().head = head;
  }

  static final class Encoder extends HttpResponseEncoder {
    private boolean head;

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse answer) {
      return head || super.isContentAlwaysEmpty(answer);
    }
  }
}
