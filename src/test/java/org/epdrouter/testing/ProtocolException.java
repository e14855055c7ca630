package org.epdrouter.testing;

import java.io.IOException;

/** The peer sent something that is not HTTP/1.1 as the RFC has it. */
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  ProtocolException(String message) {
    super(message);
  }
}
