package org.epdrouter.relay;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.UnknownHostException;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.stage.Stage;
import org.epdrouter.worker.WorkerLostException;
import org.jspecify.annotations.Nullable;

/**
 * Puts into words how a call failed, for the client and the log.
 *
 * @param worker who was called
 * @param stage names the settings that bound the call, as in {@code router.encode.}; null for a
 *     call outside the stages
 */
record CallFailures(String worker, @Nullable Stage stage) {

  RuntimeException connect(Throwable cause, int connectTimeout) {
    if (cause instanceof ConnectTimeoutException || cause instanceof SslHandshakeTimeoutException) {
      return new WorkerLostException(
          timeout("could not be reached", "router.connect-timeout", connectTimeout), false);
    }
    String tls = TlsFailure.reason(cause);
    String reason =
        tls != null
            ? tls
            : cause instanceof UnknownHostException ? unknownHost() : "connection refused";
    return new WorkerLostException(bad(worker + ": " + reason), false);
  }

  /** The connection ended before any byte of an answer. */
  RuntimeException lost(@Nullable Throwable cause) {
    String tls = TlsFailure.reason(cause);
    String reason = tls == null ? " closed the connection without an answer" : ": " + tls;
    return new WorkerLostException(bad(worker + reason), true);
  }

  RuntimeException truncated() {
    return bad(worker + " closed the connection in the middle of its answer");
  }

  RuntimeException noMemory() {
    String message = "no memory left for the call of %s: router.max-body-memory".formatted(worker);
    return new MemoryShortageException(
        OpenAiException.of(503, new OpenAiError(message, "server_error", null, "overloaded"))
            .withHeader("Retry-After", "1"));
  }

  RuntimeException garbage(String what) {
    return bad(worker + " answered what is not HTTP: " + what);
  }

  RuntimeException tooLong(int limit) {
    return bad("%s answered more than router.max-answer (%d bytes)".formatted(worker, limit));
  }

  RuntimeException totalTimeout(long limit) {
    return timeout("did not answer in time", knob("timeout"), limit);
  }

  RuntimeException firstByteTimeout(long limit) {
    return timeout("did not answer in time", knob("first-byte-timeout"), limit);
  }

  RuntimeException idleTimeout(long limit) {
    return timeout("stalled in the middle of its answer", knob("idle-timeout"), limit);
  }

  private String unknownHost() {
    return stage == null ? "unknown host" : "unknown host: router.%s.urls".formatted(stage.label());
  }

  private String knob(String name) {
    return stage == null ? name : "router." + stage.label() + "." + name;
  }

  private OpenAiException timeout(String what, String knob, long limit) {
    String message = "%s %s: %s (%d ms)".formatted(worker, what, knob, limit);
    return OpenAiException.of(504, new OpenAiError(message, "server_error", null, "stage_timeout"));
  }

  private static OpenAiException bad(String message) {
    return OpenAiException.of(502, new OpenAiError(message, "server_error", null, "worker_failed"));
  }
}
