package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterProcess;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many clients that do little or nothing cost a small router little: a healthy client beside them
 * is served as ever. The router runs in a process of its own, so that its memory can be told.
 */
@Timeout(120) // Generous to two busy cores.
final class ManyClientsTest {
  private static final List<String> SMALL = List.of("-Xmx128m", "-XX:MaxDirectMemorySize=64m");
  private static final int IDLE = 8_000;
  private static final int SLOW = 100;
  private static final int HEALTHY = 200;

  /** Heap, direct memory, and what the JVM needs for itself. */
  private static final long BOUND = 450L << 20;

  @TempDir private Path directory;

  /** D4. */
  @Test
  void servesAHealthyClientBesideThousandsOfIdleOnes() throws Exception {
    assumeTrue(descriptors() > IDLE + 1_000, "too few file descriptors for the clients");
    List<RawClient> idle = new ArrayList<>();
    try (ScriptedWorker decode = ScriptedWorker.decode();
        RouterProcess router = start(decode)) {
      int port = router.port();
      serve(router);

      while (idle.size() < IDLE) {
        idle.add(RawClient.connect(port));
      }

      assertServed(router);
      assertThat(router.residentBytes()).isLessThan(BOUND);
      assertThat(idle.get(IDLE - 1).post(Requests.text()).read().status()).isEqualTo(200);
      assertThat(idle.get(0).post(Requests.text()).read().status()).isEqualTo(200);
      assertEndedWell(router);
    } finally {
      idle.forEach(RawClient::close);
    }
  }

  /** D6: 100 clients that do not read what their workers send without end. */
  @Test
  void servesAHealthyClientBesideManyThatDoNotRead() throws Exception {
    byte[] event = ("data: " + "x".repeat(1 << 16) + "\n\n").getBytes(StandardCharsets.US_ASCII);
    List<RawClient> slow = new ArrayList<>();
    try (ScriptedWorker decode =
            ScriptedWorker.answering(
                (request, to) -> {
                  to.startEvents();
                  while (!request.isDisconnected()) {
                    to.chunk(event);
                  }
                });
        RouterProcess router = start(decode)) {
      int port = router.port();

      while (slow.size() < SLOW) {
        slow.add(RawClient.connect(port, 1 << 14).post(Requests.streamed()));
      }
      slow.forEach(client -> assertThat(client.readHead().status()).isEqualTo(200));
      awaitStall(decode);

      assertThat(router.residentBytes()).isLessThan(BOUND);
      decode.onChat(Scripts.usual("decode"));
      assertServed(router);
      for (RawClient client : slow) {
        for (int i = 0; i < 20; i++) {
          assertThat(client.readChunk().orElseThrow().bytes()).isEqualTo(event);
        }
      }
      assertEndedWell(router);
    } finally {
      slow.forEach(RawClient::close);
    }
  }

  private RouterProcess start(ScriptedWorker decode) throws Exception {
    return RouterProcess.in(directory)
        .jvmFlags(SMALL)
        .startOnFreePort("--decode-servers-urls", decode.url());
  }

  /** Waits until no worker gets anything more away. */
  private static void awaitStall(ScriptedWorker worker) {
    Eventually.holds(
        "workers stall",
        Duration.ofSeconds(30),
        () -> {
          long before = worker.bytesSent();
          return !Eventually.within(Duration.ofMillis(300), () -> worker.bytesSent() != before);
        });
  }

  private static void assertServed(RouterProcess router) {
    List<Duration> took = serve(router);

    took.sort(Duration::compareTo);
    assertThat(took.get(HEALTHY * 99 / 100)).isLessThan(Duration.ofSeconds(1));
  }

  private static List<Duration> serve(RouterProcess router) {
    List<Duration> took = new ArrayList<>();
    for (int i = 0; i < HEALTHY; i++) {
      long start = System.nanoTime();
      RawResponse response = router.post(Requests.text());
      took.add(Duration.ofNanos(System.nanoTime() - start));
      assertThat(response.status()).as(router::output).isEqualTo(200);
    }
    return took;
  }

  private static void assertEndedWell(RouterProcess router) throws InterruptedException {
    assertThat(router.output()).doesNotContain("OutOf", "LEAK", "Exception");
    assertThat(router.isAlive()).isTrue();
  }

  private static long descriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : 0;
  }
}
