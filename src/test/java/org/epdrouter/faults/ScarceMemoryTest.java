package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterProcess;
import org.epdrouter.testing.ScriptedWorker;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * D12: a router with little memory sheds what does not fit, answers every request, and goes on. It
 * runs in a process of its own, with Netty's leak detector at its strictest.
 */
@Timeout(180) // Generous to two busy cores.
final class ScarceMemoryTest {
  private static final int CLIENTS = 60;

  @TempDir private Path directory;

  @ParameterizedTest(name = "{0}")
  @MethodSource("memories")
  void shedsBodiesThatDoNotFitAndLivesOn(List<String> flags, int bodySize, int pieceSize)
      throws Exception {
    try (ScriptedWorker encode = ScriptedWorker.encode();
        ScriptedWorker prefill = ScriptedWorker.prefill();
        ScriptedWorker decode = ScriptedWorker.decode();
        RouterProcess router =
            RouterProcess.in(directory)
                .jvmFlags(flags)
                .startOnFreePort(
                    "--encode-servers-urls",
                    encode.url(),
                    "--prefill-servers-urls",
                    prefill.url(),
                    "--decode-servers-urls",
                    decode.url())) {
      int port = router.port();
      byte[] body =
          Requests.parts(List.of(Requests.inlineImage(bodySize)))
              .getBytes(StandardCharsets.US_ASCII);

      List<String> outcomes = outcomes(port, body, pieceSize);

      assertThat(outcomes).as(router::output).contains("200", "503").isSubsetOf("200", "503");
      Eventually.asserts(
          () ->
              assertThat(router.post(Requests.parts(List.of(Requests.inlineImage(bodySize)))))
                  .extracting(RawResponse::status)
                  .isEqualTo(200));
      assertEndedWell(router);
    }
  }

  /** An answer of decode that is long is streamed; prefill's is collected, and may find no room. */
  @ParameterizedTest
  @ValueSource(strings = {"prefill", "decode"})
  void livesThroughAnswersThatDoNotFit(String stage) throws Exception {
    String answer = "{\"kv_transfer_params\":{\"x\":\"" + "x".repeat(2_500_000) + "\"}}";
    try (ScriptedWorker prefill = ScriptedWorker.prefill();
        ScriptedWorker decode = ScriptedWorker.decode();
        RouterProcess router =
            RouterProcess.in(directory)
                .jvmFlags(List.of("-Xmx128m", "-XX:MaxDirectMemorySize=64m"))
                .startOnFreePort(
                    "--prefill-servers-urls",
                    prefill.url(),
                    "--decode-servers-urls",
                    decode.url())) {
      int port = router.port();
      (stage.equals("prefill") ? prefill : decode).onChat((request, to) -> to.json(200, answer));
      byte[] body = Requests.text().getBytes(StandardCharsets.US_ASCII);

      List<String> outcomes = outcomes(port, body, body.length);
      prefill.reset();
      decode.reset();

      assertThat(outcomes).as(router::output).contains("200").isSubsetOf("200", "503");
      assertThat(router.post(Requests.text()).status()).isEqualTo(200);
      assertEndedWell(router);
    }
  }

  static Stream<Arguments> memories() {
    List<String> heap = List.of("-Xmx256m");
    List<String> direct = List.of("-Xmx128m", "-XX:MaxDirectMemorySize=64m");
    return Stream.of(
        Arguments.of(heap, 6_000_000, Integer.MAX_VALUE),
        Arguments.of(direct, 3_000_000, Integer.MAX_VALUE),
        Arguments.of(direct, 1_000_000, 4200));
  }

  /** What became of requests that many clients send at the same time. */
  private static List<String> outcomes(int port, byte[] body, int pieceSize) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      Callable<String> client = () -> outcome(port, body, pieceSize);
      List<String> outcomes = new ArrayList<>();
      for (Future<String> answer : clients.invokeAll(Collections.nCopies(CLIENTS, client))) {
        outcomes.add(answer.get());
      }
      return outcomes;
    } finally {
      clients.shutdownNow();
    }
  }

  private static void assertEndedWell(RouterProcess router) throws InterruptedException {
    assertThat(router.isAlive()).isTrue();
    assertThat(router.stop()).isIn(0, 143);
    assertThat(router.output()).doesNotContain("OutOf", "LEAK", "Exception");
  }

  /** Status of the answer, or what came instead of one. */
  private static String outcome(int port, byte[] body, int pieceSize) {
    try (RawClient client = RawClient.connect(port)) {
      client.trySend(Requests.postHead(Requests.CHAT_PATH, body.length));
      boolean taken = true;
      for (int from = 0; taken && from < body.length; from += pieceSize) {
        int to = (int) Math.min(body.length, (long) from + pieceSize);
        taken = client.trySend(Arrays.copyOfRange(body, from, to));
      }
      RawResponse response = client.read();
      boolean wellFormed =
          response.isComplete()
              && (response.status() == 200 || response.header("retry-after") != null);
      return wellFormed ? "" + response.status() : response.toString();
    } catch (AssertionError e) {
      return e.toString();
    }
  }
}
