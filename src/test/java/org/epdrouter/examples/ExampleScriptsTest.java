package org.epdrouter.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.epdrouter.simulator.ItemCount;
import org.epdrouter.simulator.WorkerState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts as a user runs them; what they are set to follows the reference's. */
@Timeout(120) // Up to six JVMs start in turn.
class ExampleScriptsTest {
  private static final String APART = "disagg_1e1p1d_example.sh";
  private static final String TOGETHER = "disagg_1e1pd_example.sh";
  private static final List<String> PORTS_APART =
      List.of(
          "ENCODE_PORT",
          "PREFILL_PORT",
          "DECODE_PORT",
          "PROXY_PORT",
          "PREFILL_SIDE_CHANNEL_PORT",
          "DECODE_SIDE_CHANNEL_PORT");
  private static final List<String> PORTS_TOGETHER =
      List.of("ENCODE_PORT", "PREFILL_DECODE_PORT", "ENDPOINT_PORT");

  // The benchmark's and the one with the local image.
  private static final int ITEMS = 21;

  @TempDir private Path folder;

  @Test
  void encodesPrefillsAndDecodesApart() throws Exception {
    try (ExampleRun run = ExampleRun.start(folder, APART, PORTS_APART)) {

      int code = run.exitCode();

      assertThat(code).as(run.output()).isZero();
      assertThat(run.output())
          .contains("Successful requests: 20", "Saw 1 image", "Done")
          .doesNotContain("Terminated", "Killed");
      assertEncodedOnce(run.state("ENCODE_PORT"));
      WorkerState prefill = run.state("PREFILL_PORT");
      assertThat(prefill.completed()).isEqualTo(ITEMS);
      assertThat(prefill.itemsMissed()).isZero();
      assertThat(prefill.kvBlocksHeld()).isZero();
      assertThat(prefill.kvBlocksReleased()).isPositive().isEqualTo(prefill.kvBlocksAllocated());
      WorkerState decode = run.state("DECODE_PORT");
      assertThat(decode.completed()).isEqualTo(ITEMS);
      assertThat(decode.promptsRecomputed()).isZero();
      assertThat(decode.kvMissing()).isZero();
      assertThat(run.isCached("stale")).isFalse();
      assertThat(run.leftBehind()).isEmpty();
    }
  }

  @Test
  void prefillsAndDecodesInOneWorker() throws Exception {
    try (ExampleRun run = ExampleRun.start(folder, TOGETHER, PORTS_TOGETHER)) {

      int code = run.exitCode();

      assertThat(code).as(run.output()).isZero();
      assertThat(run.output()).contains("Successful requests: 20", "Saw 1 image", "Done");
      assertEncodedOnce(run.state("ENCODE_PORT"));
      WorkerState both = run.state("PREFILL_DECODE_PORT");
      assertThat(both.completed()).isEqualTo(ITEMS);
      assertThat(both.itemsMissed()).isZero();
      assertThat(both.kvBlocksAllocated()).isZero();
      assertThat(run.leftBehind()).isEmpty();
    }
  }

  @Test
  void startsTheWorkersAsTheReferenceDoes() throws Exception {
    try (ExampleRun run =
        ExampleRun.start(folder, APART, PORTS_APART, "NEVER_READY", "1", "GPU_E", "7")) {

      run.awaitProcesses(6);

      assertThat(run.served())
          .satisfiesExactlyInAnyOrder(
              encode ->
                  assertThat(encode)
                      .startsWith("7||serve Qwen/Qwen2.5-VL-3B-Instruct --port ")
                      .contains(
                          "--gpu-memory-utilization 0.01",
                          "--enforce-eager",
                          "--no-enable-prefix-caching",
                          "--max-num-batched-tokens 114688",
                          "--max-num-seqs 128",
                          "--enable-request-id-headers",
                          "--allowed-local-media-path " + run.variable("MEDIA_PATH"),
                          "\"ec_connector\":\"ECExampleConnector\",\"ec_role\":\"ec_producer\"",
                          "\"shared_storage_path\":\""
                              + run.variable("EC_SHARED_STORAGE_PATH")
                              + "\"")
                      .doesNotContain("kv-transfer"),
              prefill ->
                  assertThat(prefill)
                      .startsWith("2|" + run.variable("PREFILL_SIDE_CHANNEL_PORT") + "|serve ")
                      .contains(
                          "--gpu-memory-utilization 0.7",
                          "\"ec_role\":\"ec_consumer\"",
                          "{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_producer\"}"),
              decode ->
                  assertThat(decode)
                      .startsWith("3|" + run.variable("DECODE_SIDE_CHANNEL_PORT") + "|serve ")
                      .contains("{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_consumer\"}")
                      .doesNotContain("ec-transfer"));
    }
  }

  @Test
  void showsTheLastWordsOfAWorkerThatDies() throws Exception {
    try (ExampleRun run =
        ExampleRun.start(
            folder,
            TOGETHER,
            List.of("ENCODE_PORT", "PROXY_PORT"),
            "PREFILL_DECODE_PORT",
            "1",
            "DYING_PORT",
            "1",
            "NEVER_READY",
            "1")) {

      int code = run.exitCode();

      assertThat(code).isEqualTo(1);
      assertThat(run.output())
          .contains("RuntimeError: no GPU")
          .contains("prefill-decode: ended with exit code 3 (expected: running); log: ");
      assertThat(run.leftBehind()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"TERM,143", "USR1,138"})
  void stopsAllWhenInterruptedWhileWaiting(String signal, int expected) throws Exception {
    try (ExampleRun run = ExampleRun.start(folder, APART, PORTS_APART, "NEVER_READY", "1")) {
      run.awaitProcesses(6);
      run.awaitOutput("Waiting for encode");

      run.signal(signal);

      assertThat(run.exitCode()).isEqualTo(expected);
      assertThat(run.leftBehind()).isEmpty();
    }
  }

  @Test
  void givesUpWaitingInTime() throws Exception {
    try (ExampleRun run =
        ExampleRun.start(
            folder, TOGETHER, PORTS_TOGETHER, "NEVER_READY", "1", "TIMEOUT_SECONDS", "1")) {

      int code = run.exitCode();

      assertThat(code).isEqualTo(1);
      assertThat(run.output()).contains("encode: no answer on port", "TIMEOUT_SECONDS=1");
      assertThat(run.leftBehind()).isEmpty();
    }
  }

  @Test
  void saysThatVllmIsMissing() throws Exception {
    try (ExampleRun run =
        ExampleRun.start(folder, TOGETHER, PORTS_TOGETHER, "PATH", "/usr/bin:/bin")) {

      int code = run.exitCode();

      assertThat(code).isEqualTo(1);
      assertThat(run.output()).startsWith("vllm: not found (expected: on the PATH");
    }
  }

  private static void assertEncodedOnce(WorkerState encode) {
    assertThat(encode.itemsEncoded()).isEqualTo(ITEMS);
    assertThat(encode.encoderCacheHits()).isZero();
    assertThat(encode.items()).hasSize(ITEMS).extracting(ItemCount::encoded).containsOnly(1L);
  }
}
