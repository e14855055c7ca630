package org.epdrouter.relay;

import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.worker.CallCancelledException;
import org.epdrouter.worker.RequestScope;
import org.epdrouter.worker.WorkerLostException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns any failure into the answer that the client gets. The only place where that is decided. */
public final class FailureAnswer {

  private static final Logger LOG = LoggerFactory.getLogger(FailureAnswer.class);

  private FailureAnswer() {}

  /**
   * The answer to a failure; a failure that nobody has foreseen is logged, and a 502 that says
   * nothing of its inside.
   */
  public static OpenAiException of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      OpenAiException answer = known(cause);
      if (answer != null) {
        return answer;
      }
    }
    LOG.warn("a step of the pipeline failed", failure);
    return OpenAiException.of(
        502,
        new OpenAiError(
            "a step of the router's pipeline failed; its log says why",
            "server_error",
            null,
            "internal_error"));
  }

  private static @Nullable OpenAiException known(Throwable cause) {
    if (cause instanceof OpenAiException answer) {
      return answer;
    }
    if (cause instanceof WorkerLostException lost) {
      return lost.answer();
    }
    return cause instanceof CallCancelledException cancelled && cancelled.getCause() == null
        ? cancelled(cancelled.ending())
        : null;
  }

  private static OpenAiException cancelled(RequestScope.Ending ending) {
    return ending == RequestScope.Ending.DEADLINE
        ? error(504, "the request took longer than router.request-timeout", "stage_timeout")
        : error(499, "the request was cancelled", "cancelled");
  }

  private static OpenAiException error(int status, String message, String code) {
    return OpenAiException.of(status, new OpenAiError(message, "server_error", null, code));
  }
}
