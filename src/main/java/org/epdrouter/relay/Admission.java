package org.epdrouter.relay;

import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;

/**
 * How many requests may be open, and how much memory their bodies and the answers that are
 * collected for them may hold; what is beyond is shed. Thread-safe.
 */
public final class Admission {

  private final int maxRequests;
  private final long maxBodyMemory;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong bodyMemory = new AtomicLong();

  /**
   * Limits.
   *
   * @param maxRequests open at the same time
   * @param maxBodyMemory bytes; 0 for half of the memory that the JVM gives to direct buffers
   */
  public Admission(int maxRequests, long maxBodyMemory) {
    this.maxRequests = maxRequests;
    this.maxBodyMemory =
        maxBodyMemory > 0 ? maxBodyMemory : PlatformDependent.maxDirectMemory() / 2;
  }

  /** Requests that are open now. */
  public int openRequests() {
    return requests.get();
  }

  /** Bytes that bodies of open requests, and answers to them, hold now. */
  public long bodyMemory() {
    return bodyMemory.get();
  }

  /** Lets a request in, to be followed by {@link #leave}; false if there are too many. */
  boolean enter() {
    if (requests.incrementAndGet() <= maxRequests) {
      return true;
    }
    requests.decrementAndGet();
    return false;
  }

  void leave() {
    requests.decrementAndGet();
  }

  /**
   * Takes memory for a piece of a body, to be given back with {@link #free}; false if there is not
   * that much.
   */
  boolean reserve(int bytes) {
    if (bodyMemory.addAndGet(bytes) <= maxBodyMemory) {
      return true;
    }
    bodyMemory.addAndGet(-bytes);
    return false;
  }

  void free(long bytes) {
    bodyMemory.addAndGet(-bytes);
  }

  OpenAiException tooManyRequests() {
    return overloaded("%d requests are open: router.max-requests".formatted(maxRequests));
  }

  OpenAiException tooMuchMemory() {
    return overloaded(
        "the bodies of open requests hold router.max-body-memory (%d bytes)"
            .formatted(maxBodyMemory));
  }

  private static OpenAiException overloaded(String message) {
    return OpenAiException.of(503, new OpenAiError(message, "server_error", null, "overloaded"))
        .withHeader("Retry-After", "1");
  }
}
