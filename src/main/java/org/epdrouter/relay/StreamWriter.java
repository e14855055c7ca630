package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import org.epdrouter.openai.OpenAiException;
import org.jspecify.annotations.Nullable;

/**
 * Writes a streamed body to the client: one chunk for each event, one flush for each burst. When
 * the client does not keep up, the worker is read no further, and when the client stands still for
 * too long, it is cut off. Confined to the client's event loop.
 */
final class StreamWriter implements StreamBody.Reader {

  private static final byte[] CRLF = {'\r', '\n'};
  private static final int BURST = 1024;
  private static final int WORTH_ITS_OWN_WRITE = 8 * 1024;
  private static final ByteBuf DONE =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("data: [DONE]", StandardCharsets.US_ASCII).asReadOnly());
  private static final int DONE_SIZE = DONE.readableBytes();
  private static final int MAX_DONE = DONE_SIZE + 4;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final Channel channel;
  private final ChannelHandlerContext raw;
  private final StreamBody body;
  private final boolean chunked;
  private final long stallTimeout;
  private final MovingTimer stalled;
  private final Runnable finished;
  private @Nullable ByteBuf burst;
  private boolean done;
  private boolean paused;
  private boolean over;

  StreamWriter(
      ChannelHandlerContext raw,
      StreamBody body,
      boolean chunked,
      long stallTimeout,
      Runnable finished) {
    this.channel = raw.channel();
    this.stallTimeout = stallTimeout;
    this.stalled = new MovingTimer(channel::close);
    stalled.start(channel.eventLoop(), 0);
    this.raw = raw;
    this.body = body;
    this.chunked = chunked;
    this.finished = finished;
  }

  @Override
  public void data(ByteBuf bytes) {
    if (over) {
      bytes.release();
      return;
    }
    int size = bytes.readableBytes();
    done |= size <= MAX_DONE && ByteBufUtil.equals(bytes, bytes.readerIndex(), DONE, 0, DONE_SIZE);
    ByteBuf room = room();
    if (chunked) {
      writeHex(room, size);
      room.writeBytes(CRLF);
    }
    if (size >= WORTH_ITS_OWN_WRITE) {
      writeBurst();
      raw.write(bytes);
    } else {
      room.writeBytes(bytes);
      bytes.release();
    }
    if (chunked) {
      room().writeBytes(CRLF);
    }
  }

  private ByteBuf room() {
    ByteBuf room = burst;
    if (room == null) {
      room = raw.alloc().ioBuffer(BURST);
      burst = room;
    }
    return room;
  }

  private static void writeHex(ByteBuf room, int size) {
    int shift = (31 - Integer.numberOfLeadingZeros(size)) & ~3;
    for (; shift >= 0; shift -= 4) {
      room.writeByte(HEX[(size >>> shift) & 0xf]);
    }
  }

  @Override
  public void flush() {
    if (!over) {
      writeBurst();
      raw.flush();
      if (!channel.isWritable() && !paused) {
        paused = true;
        stalled.restart(stallTimeout);
        body.pause();
      }
    }
  }

  private void writeBurst() {
    ByteBuf full = burst;
    if (full != null) {
      burst = null;
      raw.write(full);
    }
  }

  @Override
  public void end() {
    if (!over) {
      over = true;
      writeBurst();
      channel
          .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
          .addListener(written -> finished.run());
    }
  }

  /**
   * Says so in the stream, unless it had come to its [DONE], and leaves the body unfinished, so
   * that the transport shows it too.
   */
  @Override
  public void failed(RuntimeException cause) {
    if (!over) {
      OpenAiException answer = FailureAnswer.of(cause);
      if (body.isEventStream() && !done) {
        ByteBuf event = raw.alloc().buffer();
        event.writeCharSequence("data: ", StandardCharsets.US_ASCII);
        event.writeBytes(answer.body());
        event.writeCharSequence("\n\n", StandardCharsets.US_ASCII);
        data(event);
      }
      over = true;
      writeBurst();
      raw.writeAndFlush(raw.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
    }
  }

  void writabilityChanged() {
    if (paused && channel.isWritable()) {
      paused = false;
      stalled.restart(0);
      body.resume();
    }
  }

  void clientLeft() {
    over = true;
    stalled.stop();
    if (burst != null) {
      burst.release();
      burst = null;
    }
    body.cancel();
  }
}
