package org.epdrouter;

import org.epdrouter.settings.SettingException;
import org.jspecify.annotations.Nullable;

/** Tells in one line why Camel did not start. */
final class StartFailure {
  private StartFailure() {}

  /** The first cause of a kind, or null. */
  static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> kind) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (kind.isInstance(cause)) {
        return kind.cast(cause);
      }
    }
    return null;
  }

  /** The exception to leave with. */
  static RuntimeException explain(Throwable failure) {
    SettingException setting = find(failure, SettingException.class);
    return setting != null ? setting : new StartException(failure.toString(), failure);
  }
}
