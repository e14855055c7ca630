package org.epdrouter.openai;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A piece of a {@link SplicedBody}. */
sealed interface Segment {
  int length();

  /** Writes the piece, reading ranges from {@code bytes}. */
  void copyTo(ByteBuf target, ByteBuf bytes);

  /** The piece as a buffer of its own, owned by the caller; ranges share {@code bytes}. */
  ByteBuf toByteBuf(ByteBuf bytes, ByteBufAllocator allocator);

  /** Bytes of the request. */
  record Range(int offset, int length) implements Segment {
    @Override
    public void copyTo(ByteBuf target, ByteBuf bytes) {
      target.writeBytes(bytes, offset, length);
    }

    @Override
    public ByteBuf toByteBuf(ByteBuf bytes, ByteBufAllocator allocator) {
      return bytes.retainedSlice(offset, length);
    }
  }

  /** Bytes that the request does not have. */
  final class Literal implements Segment {
    private final byte[] bytes;

    Literal(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int length() {
      return bytes.length;
    }

    @Override
    public void copyTo(ByteBuf target, ByteBuf source) {
      target.writeBytes(bytes);
    }

    /** Copied, since Netty copies a whole composite to write it if one component is on the heap. */
    @Override
    public ByteBuf toByteBuf(ByteBuf source, ByteBufAllocator allocator) {
      return allocator.buffer(bytes.length, bytes.length).writeBytes(bytes);
    }
  }
}
