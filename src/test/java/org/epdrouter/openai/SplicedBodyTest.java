package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import org.junit.jupiter.api.Test;

final class SplicedBodyTest {
  private static final String IMAGE = "A".repeat(100_000);
  private static final String LARGE =
      Bodies.parts("{\"image_url\":\"data:," + IMAGE + "\"}")
          .replace("}]}]}", "}]}],\"stream\":true}");
  private static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  @Test
  void sharesTheBytesOfALargeRequest() {
    ByteBuf received = Bodies.direct(LARGE.getBytes(UTF_8));
    ChatRequest request = ChatRequest.parse(received);
    SplicedBody body = request.edit().set("stream", "false".getBytes(UTF_8)).build();

    ByteBuf sent = body.toByteBuf(ALLOCATOR);
    received.setByte(LARGE.indexOf(IMAGE), 'B');

    assertThat(sent).isInstanceOf(CompositeByteBuf.class);
    assertThat(sent.toString(UTF_8))
        .isEqualTo(LARGE.replace("true", "false").replaceFirst("AAAA", "BAAA"));
    sent.release();
    request.release();
  }

  @Test
  void isDirectThroughoutSoThatNettyWritesItWithoutACopy() {
    ChatRequest request = Bodies.parse(LARGE);

    ByteBuf sent =
        request
            .edit()
            .remove("stream")
            .set("min_tokens", new byte[] {'1'})
            .build()
            .toByteBuf(ALLOCATOR);

    assertThat(sent.isDirect()).isTrue();
    sent.release();
    request.release();
  }

  @Test
  void outlivesTheRequestOnceItIsABuffer() {
    for (String text : new String[] {LARGE, Bodies.with("")}) {
      ByteBuf received = Bodies.direct(text.getBytes(UTF_8));
      ChatRequest request = ChatRequest.parse(received);
      SplicedBody body = request.edit().set("min_tokens", new byte[] {'1'}).build();
      ByteBuf first = body.toByteBuf(ALLOCATOR);
      ByteBuf second = body.toByteBuf(ALLOCATOR);
      request.release();

      assertThat(first).isEqualTo(second);
      assertThat(first.readableBytes()).isEqualTo(body.length());
      assertThatThrownBy(() -> body.toByteBuf(ALLOCATOR))
          .isInstanceOf(IllegalReferenceCountException.class);
      first.release();
      assertThat(second.readableBytes()).isEqualTo(body.length());
      second.release();
      assertThat(received.refCnt()).isZero();
    }
  }

  @Test
  void isTheSameAsBytesAndAsBuffer() {
    for (String text : new String[] {LARGE, Bodies.with(",\"stream\":true")}) {
      ChatRequest request = Bodies.parse(text);
      for (SplicedBody body :
          new SplicedBody[] {request.unchanged(), request.edit().remove("stream").build()}) {
        ByteBuf buffer = body.toByteBuf(ALLOCATOR);

        assertThat(ByteBufUtil.getBytes(buffer)).isEqualTo(body.toBytes()).hasSize(body.length());
        buffer.release();
      }
      request.release();
    }
  }

  @Test
  void givesBackWhatItTookWhenTheAllocatorFails() {
    ByteBuf received = Bodies.direct(LARGE.getBytes(UTF_8));
    ChatRequest request = ChatRequest.parse(received);
    SplicedBody body = request.edit().set("stream", "false".getBytes(UTF_8)).build();

    assertThatThrownBy(() -> body.toByteBuf(new FailingAllocator()))
        .isInstanceOf(OutOfMemoryError.class);

    assertThat(received.refCnt()).isEqualTo(1);
    request.release();
  }

  /** Makes composites, but no buffers of its own. */
  private static final class FailingAllocator extends io.netty.buffer.AbstractByteBufAllocator {
    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      throw new OutOfMemoryError();
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      throw new OutOfMemoryError();
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }
}
