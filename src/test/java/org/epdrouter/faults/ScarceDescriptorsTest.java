package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterProcess;
import org.epdrouter.testing.ScriptedWorker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** D11: a router without a file descriptor left waits for one, neither spinning nor dying. */
@Timeout(120) // Generous to two busy cores.
final class ScarceDescriptorsTest {
  private static final int DESCRIPTORS = 256;
  private static final int CLIENTS = 400;

  @TempDir private Path directory;

  @Test
  void waitsForDescriptorsAndServesAgain() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try (ScriptedWorker decode = ScriptedWorker.decode();
        RouterProcess router =
            RouterProcess.in(directory)
                .descriptors(DESCRIPTORS)
                .jvmFlags(List.of("-Xmx128m"))
                .startOnFreePort("--decode-servers-urls", decode.url())) {
      int port = router.port();
      try {
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(RawClient.connect(port));
        }
        Eventually.holds("a calm router", () -> isCalm(router));

        assertThat(router.isAlive()).isTrue();
      } finally {
        clients.forEach(RawClient::close);
      }

      Eventually.asserts(() -> assertThat(router.post(Requests.text()).status()).isEqualTo(200));
      assertThat(router.stop()).isIn(0, 143);
      assertThat(router.output()).doesNotContain("LEAK", "NoClassDef");
    }
  }

  /** Whether it uses less than a third of a processor for a second. */
  private static boolean isCalm(RouterProcess router) {
    Duration before = router.cpuTime();
    Eventually.within(Duration.ofSeconds(1), () -> false);
    Duration used = router.cpuTime().minus(before);
    return used.compareTo(Duration.ofMillis(300)) < 0;
  }
}
