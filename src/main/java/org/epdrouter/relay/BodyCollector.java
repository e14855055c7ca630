package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A body that arrives in pieces. Large pieces are kept as they are; small ones are copied together,
 * since each would keep a whole read buffer alive for its few bytes. Owns what it was given until
 * {@link #complete} or {@link #drop}.
 */
final class BodyCollector {

  private static final int WORTH_KEEPING = 4096;
  private static final int TOGETHER = 16 * 1024;

  private final List<ByteBuf> parts = new ArrayList<>();
  private @Nullable ByteBuf together;

  void add(ByteBuf piece) {
    int size = piece.readableBytes();
    if (size >= WORTH_KEEPING) {
      parts.add(piece);
      together = null;
    } else {
      ByteBuf room = together;
      if (room == null || room.maxFastWritableBytes() < size) {
        room = piece.alloc().buffer(TOGETHER);
        parts.add(room);
        together = room;
      }
      room.writeBytes(piece);
      piece.release();
    }
  }

  /** The whole body, ending in the given piece. The collector is empty afterwards. */
  ByteBuf complete(ByteBuf last) {
    if (parts.isEmpty()) {
      return last;
    }
    if (last.isReadable()) {
      add(last);
    } else {
      last.release();
    }
    ByteBuf whole = parts.size() == 1 ? parts.get(0) : join();
    parts.clear();
    together = null;
    return whole;
  }

  private CompositeByteBuf join() {
    return Unpooled.compositeBuffer(parts.size()).addComponents(true, parts);
  }

  void drop() {
    parts.forEach(ByteBuf::release);
    parts.clear();
    together = null;
  }
}
