package org.epdrouter.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.epdrouter.simulator.Faults;
import org.epdrouter.simulator.Role;
import org.epdrouter.simulator.SimulatedWorker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** curl as a process. */
class CurlTest {
  private static final String CAT = "https://example.com/cat.jpg";
  private static final Duration PAUSE = Duration.ofMillis(50);

  private static Deployment deployment;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    deployment = Deployment.pacedBy(PAUSE);
  }

  @AfterAll
  static void stop() {
    deployment.close();
  }

  @AfterEach
  void reset() {
    decode().inject(Faults.NONE);
    deployment.simulator().reset();
  }

  @Test
  void getsTokensOneByOne() throws Exception {
    Process curl =
        curl("--no-buffer", "--data", Media.chat(CAT, "\"stream\":true", "\"max_tokens\":20"));
    Arrivals arrivals = new Arrivals();

    try (BufferedReader reader = curl.inputReader()) {
      reader.lines().forEach(arrivals::line);
    }

    assertThat(curl.waitFor()).isZero();
    assertThat(arrivals.events()).hasSize(22).last().isEqualTo("[DONE]");
    arrivals.assertPaced(PAUSE);
    deployment.assertEncodedOnce(1);
  }

  @Test
  void sendsALargeBodyOnceItIsWanted() throws Exception {
    String image = "data:image/png;base64," + "QUJD".repeat(1 << 20);
    Path body = Files.writeString(folder.resolve("body.json"), Media.chat(image, "\"n\":1"));

    // Without --verbose curl would not tell; a router that does not answer would cost it a second.
    Process curl =
        curl("--verbose", "--header", "Expect: 100-continue", "--data-binary", "@" + body);
    String answer = new String(curl.getInputStream().readAllBytes(), UTF_8);

    assertThat(curl.waitFor()).isZero();
    assertThat(Files.readString(folder.resolve("errors")))
        .contains("< HTTP/1.1 100 Continue", "< HTTP/1.1 200 OK")
        .doesNotContain("Done waiting for 100-continue");
    assertThat(answer).contains("Saw 1 image " + Media.seen(image));
    deployment.assertEncodedOnce(1);
  }

  @Test
  void failsWhenAStreamIsCut() throws Exception {
    decode().inject(Faults.resetAfter(4));

    Process curl = curl("--no-buffer", "--data", Media.chat(CAT, "\"stream\":true"));
    String answer = new String(curl.getInputStream().readAllBytes(), UTF_8);

    // 18: a partial file, which is what an unfinished chunked body is to curl; 56 is a reset.
    assertThat(curl.waitFor()).isIn(18, 56);
    assertThat(answer).contains("data: {\"error\":").doesNotContain("[DONE]");
  }

  private static SimulatedWorker decode() {
    return deployment.simulator().workers(Role.DECODE).get(0);
  }

  private Process curl(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("curl", "--silent", "--noproxy", "*"));
    command.addAll(List.of("--header", "Content-Type: application/json"));
    command.addAll(List.of(arguments));
    command.add(deployment.chat().toString());
    return new ProcessBuilder(command).redirectError(folder.resolve("errors").toFile()).start();
  }
}
