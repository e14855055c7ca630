package org.epdrouter.testing;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;

/** A stream that keeps what was read from it, as long as it is told to. */
final class RecordedInput extends FilterInputStream {
  private final BooleanSupplier on;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

  RecordedInput(InputStream in, BooleanSupplier on) {
    super(in);
    this.on = on;
  }

  @Override
  public int read() throws IOException {
    int b = in.read();
    if (b >= 0 && on.getAsBoolean()) {
      kept.write(b);
    }
    return b;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n = in.read(buffer, offset, length);
    if (n > 0 && on.getAsBoolean()) {
      kept.write(buffer, offset, n);
    }
    return n;
  }

  /** What was read since the last {@link #clear}. Any thread. */
  byte[] bytes() {
    return kept.toByteArray();
  }

  /** Any thread. */
  void clear() {
    kept.reset();
  }
}
