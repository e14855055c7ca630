package org.epdrouter.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.epdrouter.openai.ChatRequest;
import org.epdrouter.openai.MediaItem;
import org.epdrouter.openai.SplicedBody;
import org.epdrouter.stage.EncodeRequest;
import org.epdrouter.stage.NixlKvProtocol;
import org.epdrouter.stage.TransferParams;
import org.epdrouter.testing.Requests;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What it costs to index a request, and to make the bodies for its workers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class SpliceBenchmark {
  private static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  /** What one read from a socket brings. */
  private static final int PIECE = 64 * 1024;

  /** {@code text} is a prompt of 1 kB, the others one inline image of that size. */
  @Param({"text", "200kB", "20MB"})
  public String body;

  private final NixlKvProtocol protocol = new NixlKvProtocol();
  private final EncodeRequest encode = new EncodeRequest(1);
  private final TransferParams params =
      new TransferParams(
          "{\"do_remote_prefill\":true,\"remote_block_ids\":[1,2,3,4,5,6,7,8]}"
              .getBytes(StandardCharsets.UTF_8));
  private CompositeByteBuf request;

  /** Makes the request, in the pieces that it comes in. */
  @Setup
  public void receive() {
    byte[] bytes = json().getBytes(StandardCharsets.UTF_8);
    request = ALLOCATOR.compositeDirectBuffer(Integer.MAX_VALUE);
    for (int at = 0; at < bytes.length; at += PIECE) {
      int length = Math.min(PIECE, bytes.length - at);
      request.addComponent(true, ALLOCATOR.directBuffer(length).writeBytes(bytes, at, length));
    }
  }

  private String json() {
    return switch (body) {
      case "text" -> Requests.text("\"user\":\"" + "a".repeat(1_000) + "\"", "\"stream\":true");
      case "200kB" -> Requests.parts(List.of(Requests.inlineImage(200_000)));
      default -> Requests.parts(List.of(Requests.inlineImage(20_000_000)));
    };
  }

  @TearDown
  public void release() {
    request.release();
  }

  @Benchmark
  public int index() {
    ChatRequest chat = ChatRequest.parse(request.retainedDuplicate());
    int items = chat.getMediaItems().size();
    chat.release();
    return items;
  }

  @Benchmark
  public void indexAndSplice(Blackhole sent) {
    ChatRequest chat = ChatRequest.parse(request.retainedDuplicate());
    for (MediaItem item : chat.getMediaItems()) {
      send(encode.build(chat, item), sent);
    }
    send(protocol.prefill(chat), sent);
    send(protocol.decode(chat, params), sent);
    chat.release();
  }

  private static void send(SplicedBody body, Blackhole sent) {
    ByteBuf bytes = body.toByteBuf(ALLOCATOR);
    sent.consume(bytes.nioBuffers());
    bytes.release();
  }
}
