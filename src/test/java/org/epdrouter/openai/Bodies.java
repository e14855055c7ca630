package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.Random;

/** Request bodies of tests, in buffers that are checked. */
final class Bodies {
  /** A request with these further members, which begin with a comma. */
  static String with(String members) {
    return "{\"model\":\"m\",\"messages\":[]" + members + "}";
  }

  /** A request with these content parts. */
  static String parts(String parts) {
    return "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[" + parts + "]}]}";
  }

  static byte[] concat(byte[]... pieces) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] piece : pieces) {
      bytes.writeBytes(piece);
    }
    return bytes.toByteArray();
  }

  static ByteBuf direct(byte[] bytes) {
    return Unpooled.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
  }

  /** The bytes in components cut at random, some on the heap, some empty. */
  static ByteBuf scattered(byte[] bytes, Random random) {
    CompositeByteBuf body = UnpooledByteBufAllocator.DEFAULT.compositeBuffer(Integer.MAX_VALUE);
    int longest = 1 + random.nextInt(1 + Math.min(bytes.length, 1 << random.nextInt(12)));
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(bytes.length - at, random.nextInt(longest + 1));
      ByteBuf component = random.nextBoolean() ? Unpooled.buffer() : Unpooled.directBuffer();
      body.addComponent(true, component.writeBytes(bytes, at, length));
      at += length;
    }
    return body;
  }

  static ChatRequest parse(String body) {
    return ChatRequest.parse(direct(body.getBytes(UTF_8)));
  }

  /** What is answered to a body that must be refused; checks that its buffer was given back. */
  static OpenAiException refusal(byte[] body) {
    ByteBuf buffer = direct(body);
    OpenAiException refusal =
        catchThrowableOfType(OpenAiException.class, () -> ChatRequest.parse(buffer));
    if (refusal == null) {
      throw new AssertionError("accepted: " + new String(body, UTF_8));
    }
    if (refusal.status() != 400 || buffer.refCnt() != 0) {
      throw new AssertionError(refusal.status() + ", references " + buffer.refCnt());
    }
    return refusal;
  }

  static OpenAiException refusal(String body) {
    return refusal(body.getBytes(UTF_8));
  }

  private Bodies() {}
}
