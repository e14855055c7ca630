package org.epdrouter.relay;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The name of a client request, which every worker call of it carries and every answer returns. */
public final class RequestId {

  /** Header that carries it. */
  public static final String HEADER = "X-Request-Id";

  private static final int MAX_LENGTH = 128;

  private RequestId() {}

  /** The client's own id if it is 1 to 128 of {@code A-Z a-z 0-9 . _ : -}, else a new UUID. */
  public static String of(@Nullable Object given) {
    if (given instanceof CharSequence text && isProper(text)) {
      return text.toString();
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long high = (random.nextLong() & ~0xf000L) | 0x4000L;
    long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  private static boolean isProper(CharSequence id) {
    if (id.length() == 0 || id.length() > MAX_LENGTH) {
      return false;
    }
    for (int index = 0; index < id.length(); index++) {
      char c = id.charAt(index);
      boolean proper =
          (c >= '0' && c <= '9')
              || (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')
              || c == '.'
              || c == '_'
              || c == ':'
              || c == '-';
      if (!proper) {
        return false;
      }
    }
    return true;
  }
}
