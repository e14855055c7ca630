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
  private final CallFailures failures;
  private final AnswerMemory memory;
  private final EventLoop loop;
  private final Consumer<StreamBody.Demand> reading;
  private final Consumer<WorkerAnswer> answered;
  private @Nullable HttpResponse head;
  private @Nullable CompositeByteBuf collected;
  private @Nullable StreamBody stream;

  /**
   * An intake that has seen nothing yet.
   *
   * @param reading told what the reader of a stream wants of the connection
   * @param answered told once: at the end of a collected answer, at the head of a streamed one
   */
  AnswerIntake(
      CallLimits limits,
      CallFailures failures,
      AnswerMemory memory,
      EventLoop loop,
      Consumer<StreamBody.Demand> reading,
      Consumer<WorkerAnswer> answered) {
    this.limits = limits;
    this.failures = failures;
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
   * Takes the head; returns what the call fails with if the answer is longer than may be collected
   * and must not be streamed.
   */
  @Nullable RuntimeException head(HttpResponse response) {
    head = response;
    if (!limits.collect() && AnswerHead.isEventStream(response)) {
      startStream(response);
    } else if (HttpUtil.getContentLength(response, -1L) > limits.maxCollected()) {
      if (limits.collect()) {
        return failures.tooLong(limits.maxCollected());
      }
      startStream(response);
    }
    return null;
  }

  /**
   * Takes a piece of the body over; returns what the call fails with if there is now more than may
   * be collected, or can be.
   */
  @Nullable RuntimeException content(ByteBuf bytes) {
    HttpResponse response = head;
    if (stream == null && response != null) {
      boolean withinLimit = collectedLength() + bytes.readableBytes() <= limits.maxCollected();
      if (withinLimit && memory.take(bytes.readableBytes())) {
        collect(bytes);
        return null;
      }
      if (limits.collect()) {
        bytes.release();
        return withinLimit ? failures.noMemory() : failures.tooLong(limits.maxCollected());
      }
      startStream(response);
    }
    if (stream == null) {
      bytes.release();
    } else {
      stream.accept(bytes);
    }
    return null;
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
