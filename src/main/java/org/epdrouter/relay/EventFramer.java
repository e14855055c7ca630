package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of server-sent events at the blank lines between them, wherever the network has cut
 * it. Bytes are never changed. An event that is not complete is held back, up to a bound, past
 * which it is handed on as it is. Not thread-safe.
 *
 * <p>Line ends are LF, CRLF or CR, as the WHATWG's specification of server-sent events has them.
 */
final class EventFramer {

  private final int maxHeld;
  private @Nullable ByteBuf held;
  private boolean blank = true;
  private boolean pendingCr;
  private boolean bareCr;

  EventFramer(int maxHeld) {
    this.maxHeld = maxHeld;
  }

  /**
   * Takes the bytes over and hands on every event that they complete, each as one buffer that the
   * receiver owns.
   */
  void accept(ByteBuf bytes, Consumer<ByteBuf> events) {
    int start = bytes.readerIndex();
    int end = bytes.writerIndex();
    int at = start;
    while (at < end) {
      int cut = nextCut(bytes, at, end);
      if (cut < 0) {
        break;
      }
      if (at == start && cut == end && held == null) {
        events.accept(bytes);
        return;
      }
      if (cut > at || held != null) {
        events.accept(complete(bytes.slice(at, cut - at)));
      }
      at = cut;
    }
    if (at < end) {
      hold(bytes.slice(at, end - at));
      if (held != null && held.readableBytes() > maxHeld) {
        drain(events);
      }
    }
    bytes.release();
  }

  /** Index behind the next event's end, or -1 if the event goes on past these bytes. */
  private int nextCut(ByteBuf bytes, int from, int end) {
    int at = from;
    if (pendingCr) {
      pendingCr = false;
      if (bytes.getByte(at) == '\n') {
        bareCr = false;
        at++;
      } else {
        bareCr = true;
      }
      if (lineEnds()) {
        return at == from ? from : at;
      }
    }
    while (at < end) {
      int lineEnd = bytes.forEachByte(at, end - at, ByteProcessor.FIND_CRLF);
      if (lineEnd < 0) {
        blank = false;
        return -1;
      }
      blank &= lineEnd == at;
      at = lineEnd + 1;
      if (bytes.getByte(lineEnd) == '\r') {
        if (at == end && !(blank && bareCr)) {
          pendingCr = true;
          return -1;
        }
        bareCr = at == end || bytes.getByte(at) != '\n';
        if (!bareCr) {
          at++;
        }
      }
      if (lineEnds()) {
        return at;
      }
    }
    return -1;
  }

  private boolean lineEnds() {
    boolean eventEnds = blank;
    blank = true;
    return eventEnds;
  }

  private ByteBuf complete(ByteBuf slice) {
    if (held == null) {
      return slice.retain();
    }
    hold(slice);
    ByteBuf event = held;
    held = null;
    return event;
  }

  private void hold(ByteBuf slice) {
    if (held == null) {
      held = slice.alloc().buffer(Math.max(256, slice.readableBytes()));
    }
    held.writeBytes(slice);
  }

  /** Hands on what is held although it is not complete. */
  void drain(Consumer<ByteBuf> events) {
    if (held != null) {
      ByteBuf rest = held;
      held = null;
      events.accept(rest);
    }
  }

  /** Drops what is held. */
  void drop() {
    if (held != null) {
      held.release();
      held = null;
    }
  }
}
