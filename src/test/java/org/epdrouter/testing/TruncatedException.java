package org.epdrouter.testing;

import java.io.EOFException;

/** The stream ended inside a run of bytes whose length was announced. */
final class TruncatedException extends EOFException {
  private static final long serialVersionUID = 1L;

  private final transient byte[] partial;

  TruncatedException(byte[] partial, int expected) {
    super("stream ended after " + partial.length + " of " + expected + " bytes");
    this.partial = partial;
  }

  byte[] partial() {
    return partial;
  }
}
