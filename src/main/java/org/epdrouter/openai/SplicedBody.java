package org.epdrouter.openai;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A body made of ranges of a {@link ChatRequest} and of literal bytes. A pure value: it holds no
 * reference to the buffer, and may be read any number of times from any thread until the request is
 * released.
 */
public final class SplicedBody {
  /** Up to this size, copying beats composing. */
  private static final int COPIED_UP_TO = 16_384;

  private final ChatRequest request;
  private final List<Segment> segments;
  private final int length;

  private SplicedBody(ChatRequest request, List<Segment> segments) {
    this.request = request;
    this.segments = List.copyOf(segments);
    int sum = 0;
    for (Segment segment : segments) {
      sum += segment.length();
    }
    this.length = sum;
  }

  /** Bytes of the body. */
  public int length() {
    return length;
  }

  /**
   * The body as a buffer, which shares the request's bytes if it is large.
   *
   * @return a new reference, owned by the caller, that may outlive the request
   * @throws IllegalReferenceCountException if the request was released
   */
  public ByteBuf toByteBuf(ByteBufAllocator allocator) {
    ByteBuf bytes = request.bytes();
    if (length <= COPIED_UP_TO) {
      return copy(allocator.buffer(length, length), bytes);
    }
    if (segments.size() == 1) {
      return segments.get(0).toByteBuf(bytes, allocator);
    }
    CompositeByteBuf composite = allocator.compositeBuffer(Integer.MAX_VALUE);
    try {
      for (Segment segment : segments) {
        composite.addComponent(true, segment.toByteBuf(bytes, allocator));
      }
      return composite.retain();
    } finally {
      composite.release();
    }
  }

  /**
   * A copy of the body.
   *
   * @throws IllegalReferenceCountException if the request was released
   */
  public byte[] toBytes() {
    byte[] copy = new byte[length];
    copy(Unpooled.wrappedBuffer(copy).clear(), request.bytes());
    return copy;
  }

  private ByteBuf copy(ByteBuf target, ByteBuf bytes) {
    try {
      for (Segment segment : segments) {
        segment.copyTo(target, bytes);
      }
      return target.retain();
    } finally {
      target.release();
    }
  }

  /** Strings a body together. Not thread-safe. */
  public static final class Builder {
    private final ChatRequest request;
    private final List<Segment> segments = new ArrayList<>();
    private final ByteArrayOutputStream literal = new ByteArrayOutputStream();

    Builder(ChatRequest request) {
      this.request = request;
    }

    /** Appends a copy of these bytes. */
    public Builder append(byte[] bytes) {
      literal.writeBytes(bytes);
      return this;
    }

    /** Appends the value of the client's {@code model}, as the client wrote it. */
    public Builder appendModel() {
      MemberRange model = request.modelRange();
      return appendBytes(model.valueStart(), model.valueEnd());
    }

    /** Appends the part object of an item of the same request, as the client wrote it. */
    public Builder append(MediaItem item) {
      return appendBytes(item.offset(), item.offset() + item.getSize());
    }

    Builder appendBytes(int from, int to) {
      if (to > from) {
        endLiteral();
        segments.add(new Segment.Range(from, to - from));
      }
      return this;
    }

    /** The body; the builder is of no further use. */
    public SplicedBody build() {
      endLiteral();
      return new SplicedBody(request, segments);
    }

    private void endLiteral() {
      if (literal.size() > 0) {
        segments.add(new Segment.Literal(literal.toByteArray()));
        literal.reset();
      }
    }
  }
}
