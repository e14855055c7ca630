package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer that is still being received, as the body of a Camel message. It has one
 * reader, which is told of every event as it arrives; nothing is collected beyond one event that is
 * not complete, and what came before the reader.
 *
 * <p>{@link #read}, {@link #pause}, {@link #resume} and {@link #cancel} may be called on any
 * thread. A body that nobody reads ends when its request's scope is closed.
 */
public final class StreamBody {

  /**
   * Past this an event is relayed in pieces, so that a worker that never ends a line cannot fill
   * the memory.
   */
  private static final int MAX_EVENT = 4 * 1024 * 1024;

  enum Demand {
    READ,
    PAUSE,
    CANCEL
  }

  /** Receives the body, on the executor that it was given to {@link StreamBody#read} with. */
  public interface Reader {

    /**
     * One whole event with the blank line that ends it, or a piece of a body that is no event
     * stream. The reader owns it.
     */
    void data(ByteBuf bytes);

    /** Nothing more has arrived for now: what was written should be sent. */
    void flush();

    /** The body is complete. */
    void end();

    /** The body will not be completed; an event that was not complete is dropped. */
    void failed(RuntimeException cause);
  }

  private final EventLoop loop;
  private final boolean events;
  private final long length;
  private final Consumer<Demand> control;
  private final EventFramer framer = new EventFramer(MAX_EVENT);
  private final Queue<ByteBuf> waiting = new ArrayDeque<>(2);
  private @Nullable Consumer<Reader> ending;
  private @Nullable Reader reader;
  private boolean over;

  /** Whether the connection is in the middle of a burst, whose end will flush. */
  private boolean arriving = true;

  StreamBody(EventLoop loop, boolean events, long length, Consumer<Demand> control) {
    this.loop = loop;
    this.events = events;
    this.length = length;
    this.control = control;
  }

  /** Bytes of the whole body, or -1 if that is not known. */
  public long length() {
    return length;
  }

  /** Whether the body is a stream of server-sent events. */
  public boolean isEventStream() {
    return events;
  }

  /**
   * Starts reading; to be called once.
   *
   * @param executor where the reader is called; best the event loop that the body arrives on
   */
  public void read(EventExecutor executor, Reader to) {
    Reader direct = executor == loop ? to : new ReaderElsewhere(executor, to);
    onLoop(
        () -> {
          reader = direct;
          ByteBuf bytes;
          while ((bytes = waiting.poll()) != null) {
            direct.data(bytes);
          }
          if (ending != null) {
            ending.accept(direct);
          } else {
            if (!arriving) {
              direct.flush();
            }
            control.accept(Demand.READ);
          }
        });
  }

  /** Stops reading from the worker; what has been read still comes. */
  public void pause() {
    demand(Demand.PAUSE);
  }

  public void resume() {
    demand(Demand.READ);
  }

  /** The reader has gone: closes the worker's connection. Ignored after the end. */
  public void cancel() {
    demand(Demand.CANCEL);
  }

  /** Lets go of what has arrived and was never read; for the end of the request. */
  void discard() {
    onLoop(this::releaseWaiting);
  }

  private void releaseWaiting() {
    waiting.forEach(ByteBuf::release);
    waiting.clear();
  }

  private void demand(Demand demand) {
    onLoop(
        () -> {
          if (!over) {
            control.accept(demand);
          }
        });
  }

  private void onLoop(Runnable action) {
    if (loop.inEventLoop()) {
      action.run();
    } else {
      loop.execute(action);
    }
  }

  // ---- from the worker's connection, on its event loop

  void accept(ByteBuf bytes) {
    arriving = true;
    if (!bytes.isReadable()) {
      bytes.release();
    } else if (events) {
      framer.accept(bytes, this::deliver);
    } else {
      deliver(bytes);
    }
  }

  private void deliver(ByteBuf bytes) {
    Reader to = reader;
    if (to != null) {
      to.data(bytes);
    } else {
      waiting.add(bytes);
    }
  }

  void flush() {
    arriving = false;
    if (over) {
      return;
    }
    if (reader != null) {
      reader.flush();
    } else {
      control.accept(Demand.PAUSE);
    }
  }

  void end() {
    over = true;
    framer.drain(this::deliver);
    whenRead(Reader::end);
  }

  void fail(RuntimeException cause) {
    over = true;
    framer.drop();
    releaseWaiting();
    whenRead(to -> to.failed(cause));
  }

  private void whenRead(Consumer<Reader> last) {
    Reader to = reader;
    if (to != null) {
      last.accept(to);
    } else {
      ending = last;
    }
  }
}
