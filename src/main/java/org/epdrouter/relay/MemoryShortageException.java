package org.epdrouter.relay;

import org.epdrouter.openai.OpenAiException;
import org.jspecify.annotations.Nullable;

/**
 * The router has no memory left for a call: says nothing about the worker. The cause is the answer
 * for the client.
 */
final class MemoryShortageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MemoryShortageException(OpenAiException answer) {
    super(answer.getMessage(), answer, false, false);
  }

  /** Whether that is what is behind a failure. */
  static boolean isBehind(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        return true;
      }
    }
    return false;
  }
}
