package org.epdrouter.relay;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;

/**
 * Passes a body on to a reader on another executor, one task for each burst. Called on the worker's
 * event loop.
 */
final class ReaderElsewhere implements StreamBody.Reader {

  private final EventExecutor executor;
  private final StreamBody.Reader reader;
  private List<ByteBuf> burst = new ArrayList<>();

  ReaderElsewhere(EventExecutor executor, StreamBody.Reader reader) {
    this.executor = executor;
    this.reader = reader;
  }

  @Override
  public void data(ByteBuf bytes) {
    burst.add(bytes);
  }

  @Override
  public void flush() {
    passOn(reader::flush);
  }

  @Override
  public void end() {
    passOn(reader::end);
  }

  @Override
  public void failed(RuntimeException cause) {
    passOn(() -> reader.failed(cause));
  }

  private void passOn(Runnable then) {
    List<ByteBuf> passed = burst;
    burst = new ArrayList<>();
    executor.execute(
        () -> {
          passed.forEach(reader::data);
          then.run();
        });
  }
}
