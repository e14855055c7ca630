package org.epdrouter.relay;

import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Puts into words why a worker's connection could not be made safe. */
final class TlsFailure {

  private TlsFailure() {}

  /** The reason, or null if the failure has nothing to do with TLS. */
  static @Nullable String reason(@Nullable Throwable failure) {
    String reason = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String better = known(cause);
      reason = better == null ? reason : better;
    }
    return reason;
  }

  private static @Nullable String known(Throwable cause) {
    if (cause instanceof NotSslRecordException) {
      return "it does not speak TLS";
    }
    if (cause instanceof CertificateExpiredException) {
      return "its certificate has expired";
    }
    if (cause instanceof CertificateNotYetValidException) {
      return "its certificate is not valid yet";
    }
    if (cause instanceof CertificateException || cause instanceof CertPathValidatorException) {
      String message = String.valueOf(cause.getMessage());
      return message.startsWith("No ")
          ? "its certificate is for another host"
          : "its certificate is not trusted";
    }
    return cause instanceof SSLException ? "TLS failed: " + cause.getMessage() : null;
  }
}
