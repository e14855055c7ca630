package org.epdrouter.testing;

import io.netty.buffer.ByteBufAllocator;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the test run when Netty's leak detector reports a buffer that was never released.
 * Registered for every test through {@code META-INF/services}; looks once, when the last test is
 * done, because a leak shows only after its garbage was collected.
 */
public final class LeakGuard implements BeforeAllCallback {
  private static final int COLLECTIONS = 3;
  private static final long COLLECTION_MILLIS = 5_000;

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(LeakGuard.class))
        .getOrComputeIfAbsent(FinalLook.class, key -> new FinalLook(), FinalLook.class);
  }

  private static final class FinalLook implements AutoCloseable {
    @Override
    public void close() {
      for (int i = 0; i < COLLECTIONS; i++) {
        collectGarbage();
        // The detector reports what was collected when it tracks the next buffer.
        ByteBufAllocator.DEFAULT.buffer().release();
      }

      List<String> leaks = LeakReports.messages();
      if (!leaks.isEmpty()) {
        throw new AssertionError(leaks.size() + " leaks:\n" + String.join("\n", leaks));
      }
    }

    private static void collectGarbage() {
      ReferenceQueue<Object> collected = new ReferenceQueue<>();
      PhantomReference<Object> witness = new PhantomReference<>(new Object(), collected);
      System.gc();
      try {
        if (collected.remove(COLLECTION_MILLIS) != witness) {
          throw new AssertionError("garbage was not collected: leaks cannot be told");
        }
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted while looking for leaks", e);
      }
    }
  }
}
