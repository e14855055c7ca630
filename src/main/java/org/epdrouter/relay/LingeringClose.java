package org.epdrouter.relay;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Closes a client's connection so that the last answer arrives: a plain close while the client is
 * still sending would reset the connection, and the client's system would throw the answer away
 * (RFC 9112 9.6).
 */
final class LingeringClose {

  private static final long SECONDS = 2;

  private LingeringClose() {}

  /**
   * Ends the sending side now, and the rest when the client does the same, or after 2 seconds. What
   * it sends is dropped.
   */
  static void of(Channel channel) {
    if (!(channel instanceof DuplexChannel duplex)) {
      channel.close();
      return;
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      duplex.shutdownOutput();
    } else {
      // Without the close_notify the client would take the end for an attack.
      tls.closeOutbound().addListener(sent -> duplex.shutdownOutput());
    }
    ScheduledFuture<?> limit =
        channel.eventLoop().schedule(() -> channel.close(), SECONDS, TimeUnit.SECONDS);
    channel.closeFuture().addListener(closed -> limit.cancel(false));
  }
}
