package org.epdrouter.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.epdrouter.testing.RouterProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first thing that a person tries. */
class DevProfileTest {
  @TempDir private Path directory;

  @Test
  void printsARequestThatStreamsWhenPasted() throws Exception {
    try (RouterProcess router = RouterProcess.in(directory).startOnFreePort("--profile", "dev")) {
      router.chat();
      String pasted = router.awaitLine(Pattern.compile("^curl "));
      Process shell =
          new ProcessBuilder("bash", "-c", pasted)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      Arrivals arrivals = new Arrivals();

      try (BufferedReader reader = shell.inputReader()) {
        reader.lines().forEach(arrivals::line);
      }

      assertThat(shell.waitFor()).isZero();
      assertThat(arrivals.events()).hasSizeGreaterThan(10).last().isEqualTo("[DONE]");
      assertThat(String.join("", arrivals.events())).contains("\"Saw\"", "\" image\"");
      arrivals.assertPaced(Duration.ofMillis(80));
      assertThat(router.stop()).isIn(0, 143);
    }
  }
}
