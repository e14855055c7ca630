package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What arrives of one answer: collected up to a limit, or passed on as a {@link StreamBody}.
 * Confined to the event loop of the answer's connection.
 */
final class AnswerIntake {

  private final CallLimits limits;
  private final AnswerMemory memory;
  private final EventLoop loop;
  private final Consumer<StreamBody.Demand> reading;
  private final Consumer<WorkerAnswer> answered;
  private @Nullable HttpResponse head;
  private @Nullable CompositeByteBuf collected;
  private @Nullable StreamBody stream;
  private boolean outOfMemory;

  /**
   * An intake that has seen nothing yet.
   *
   * @param reading told what the reader of a stream wants of the connection
   * @param answered told once: at the end of a collected answer, at the head of a streamed one
   */
  AnswerIntake(
      CallLimits limits,
      AnswerMemory memory,
      EventLoop loop,
      Consumer<StreamBody.Demand> reading,
      Consumer<WorkerAnswer> answered) {
    this.limits = limits;
    this.memory = memory;
    this.loop = loop;
    this.reading = reading;
    this.answered = answered;
  }

  /** The answer's status, 0 before its head. */
  int status() {
    return head == null ? 0 : head.status().code();
  }

  boolean isStreaming() {
    return stream != null;
  }

  /**
   * Takes the head; false if the answer is longer than may be collected and must not be streamed.
   */
  boolean head(HttpResponse response) {
    head = response;
    if (!limits.collect() && AnswerHead.isEventStream(response)) {
      startStream(response);
      return true;
    }
    return HttpUtil.getContentLength(response, -1L) <= limits.maxCollected() || exceeded(response);
  }

  /** Whether an answer was refused for want of memory, and not for its length. */
  boolean isOutOfMemory() {
    return outOfMemory;
  }

  /** Takes a piece of the body over; false if there is now more than may be collected. */
  boolean content(ByteBuf bytes) {
    HttpResponse response = head;
    if (stream == null && response != null) {
      boolean withinLimit = collectedLength() + bytes.readableBytes() <= limits.maxCollected();
      if (withinLimit && memory.take(bytes.readableBytes())) {
        collect(bytes);
        return true;
      }
      outOfMemory = withinLimit;
      if (!exceeded(response)) {
        bytes.release();
        return false;
      }
    }
    if (stream == null) {
      bytes.release();
    } else {
      stream.accept(bytes);
    }
    return true;
  }

  private int collectedLength() {
    return collected == null ? 0 : collected.readableBytes();
  }

  private void collect(ByteBuf bytes) {
    if (collected == null) {
      collected = bytes.alloc().compositeBuffer(Integer.MAX_VALUE);
    }
    collected.addComponent(true, bytes);
  }

  private boolean exceeded(HttpResponse response) {
    if (limits.collect()) {
      return false;
    }
    startStream(response);
    return true;
  }

  private void startStream(HttpResponse response) {
    StreamBody started =
        new StreamBody(
            loop,
            AnswerHead.isEventStream(response),
            HttpUtil.getContentLength(response, -1L),
            reading);
    stream = started;
    if (collected != null) {
      started.accept(collected);
      collected = null;
    }
    memory.free();
    answered.accept(new WorkerAnswer(status(), response.headers(), started));
  }

  /** The connection has nothing more for now. */
  void flush() {
    if (stream != null) {
      stream.flush();
    }
  }

  /** The body is complete. */
  void end() {
    if (stream != null) {
      stream.end();
    } else if (head != null) {
      answered.accept(new WorkerAnswer(status(), head.headers(), body()));
    }
  }

  private byte[] body() {
    if (collected == null) {
      return new byte[0];
    }
    byte[] bytes = ByteBufUtil.getBytes(collected);
    drop();
    return bytes;
  }

  /** The answer will not be completed; false if nobody has been told of it yet. */
  boolean fail(RuntimeException cause) {
    drop();
    memory.free();
    if (stream == null) {
      return false;
    }
    stream.fail(cause);
    return true;
  }

  private void drop() {
    if (collected != null) {
      collected.release();
      collected = null;
    }
  }
}
