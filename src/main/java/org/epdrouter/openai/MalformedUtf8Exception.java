package org.epdrouter.openai;

import java.io.IOException;
import java.io.Serial;

/**
 * The body is not UTF-8. Has no stack trace: it is an answer to the client, not a fault of the
 * router.
 */
final class MalformedUtf8Exception extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private final int offset;

  MalformedUtf8Exception(int offset) {
    super("not UTF-8 at byte " + offset);
    this.offset = offset;
  }

  /** The first byte that cannot be part of UTF-8. */
  int offset() {
    return offset;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
