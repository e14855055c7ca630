package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's request decoder behind a guard that sees every head as raw bytes, whole, before it is
 * parsed. What is wrong comes out as one {@link Refusal}, after which nothing that the client sends
 * is read any more.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {

  private static final int MAX_LEADING = 16;

  private final int maxUri;
  private final int maxHeader;
  private final Runnable headStarted;
  private boolean atHead = true;
  private boolean refused;
  private int searched;
  private int leading;

  StrictRequestDecoder(HttpDecoderConfig config, int maxUri, int maxHeader, Runnable headStarted) {
    super(config);
    this.headStarted = headStarted;
    this.maxUri = maxUri;
    this.maxHeader = maxHeader;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out)
      throws Exception {
    if (refused) {
      buffer.skipBytes(buffer.readableBytes());
      return;
    }
    if (atHead && !isHeadReady(buffer, out)) {
      return;
    }
    int known = out.size();
    super.decode(ctx, buffer, out);
    for (int index = known; index < out.size(); index++) {
      HttpObject object = (HttpObject) out.get(index);
      if (object.decoderResult().isFailure()) {
        ReferenceCountUtil.release(object);
        out.set(
            index, Refusal.malformed(String.valueOf(object.decoderResult().cause().getMessage())));
        refused = true;
      } else if (object instanceof LastHttpContent) {
        atHead = true;
        searched = 0;
        leading = 0;
      }
    }
  }

  private boolean isHeadReady(ByteBuf buffer, List<Object> out) {
    if (searched == 0 && !skipLeadingLines(buffer, out)) {
      return false;
    }
    if (searched == 0) {
      headStarted.run();
    }
    int start = buffer.readerIndex();
    int end = headEnd(buffer, start + searched);
    int length = (end < 0 ? buffer.writerIndex() : end) - start;
    Refusal refusal = tooLarge(buffer, start, length);
    if (refusal == null && end >= 0) {
      String oddity = RequestHead.oddity(buffer, start, end);
      refusal = oddity == null ? null : Refusal.malformed(oddity);
    }
    if (refusal != null) {
      refuse(buffer, out, refusal);
      return false;
    }
    searched = Math.max(0, length - 3);
    atHead = end < 0;
    return end >= 0;
  }

  /** RFC 9112 2.2: empty lines before the request line are to be ignored. */
  private boolean skipLeadingLines(ByteBuf buffer, List<Object> out) {
    while (buffer.isReadable()) {
      byte octet = buffer.getByte(buffer.readerIndex());
      if (octet != '\r' && octet != '\n') {
        return true;
      }
      buffer.skipBytes(1);
      if (++leading > MAX_LEADING) {
        refuse(buffer, out, Refusal.malformed("empty lines before the request"));
        return false;
      }
    }
    return false;
  }

  private @Nullable Refusal tooLarge(ByteBuf buffer, int start, int length) {
    int lineLength = buffer.bytesBefore(start, length, (byte) '\n');
    if ((lineLength < 0 ? length : lineLength) > maxUri + 32) {
      return Refusal.uriTooLong(maxUri);
    }
    return length > maxHeader + Math.max(lineLength, 0) + 3
        ? Refusal.headTooLarge(maxHeader)
        : null;
  }

  /**
   * Index behind the empty line that ends the head (or behind two bare line feeds, which the check
   * refuses), or -1.
   */
  private static int headEnd(ByteBuf buffer, int from) {
    int end = buffer.writerIndex();
    int at = from;
    while (at < end) {
      int feed = buffer.indexOf(at, end, (byte) '\n');
      if (feed < 0) {
        return -1;
      }
      int next = feed + 1;
      if (next < end && buffer.getByte(next) == '\n') {
        return next + 1;
      }
      if (next + 1 < end && buffer.getByte(next) == '\r' && buffer.getByte(next + 1) == '\n') {
        return next + 2;
      }
      at = next;
    }
    return -1;
  }

  private void refuse(ByteBuf buffer, List<Object> out, Refusal refusal) {
    refused = true;
    buffer.skipBytes(buffer.readableBytes());
    out.add(refusal);
  }
}
