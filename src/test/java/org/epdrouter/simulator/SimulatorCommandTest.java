package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

class SimulatorCommandTest {
  private static final String STORAGE =
      "\"ec_connector_extra_config\":{\"shared_storage_path\":\"/ec\"}}";
  private static final String PRODUCER = "{\"ec_role\":\"ec_producer\"," + STORAGE;
  private static final String CONSUMER = "{\"ec_role\":\"ec_consumer\"," + STORAGE;

  @Test
  void startsOneWorkerPerRoleByDefault() {
    SimulatorSettings settings = cluster();

    assertThat(settings).isEqualTo(SimulatorSettings.of(1, 1, 1).withAddress("127.0.0.1", 19001));
  }

  @Test
  void readsTheClustersFlags() {
    SimulatorSettings settings =
        cluster(
            "--encode=2 --prefill=0 --decode=0 --prefill-decode=3 --base-port=0 --model=m"
                + " --shared-storage-path=/ec --encode-time=5ms --prefill-time=1.5s"
                + " --time-to-first-token=2m --time-between-tokens=250us --default-tokens=7"
                + " --on-missed-item=recompute --on-missing-kv=RECOMPUTE --kv-lease=1s"
                + " --keep-alive=2s --max-num-seqs=9 --no-profiling --api-key=k");

    assertThat(settings.count(Role.ENCODE)).isEqualTo(2);
    assertThat(settings.count(Role.PREFILL_DECODE)).isEqualTo(3);
    assertThat(settings.sharedStorage()).isEqualTo(Path.of("/ec"));
    assertThat(settings.behaviour())
        .isEqualTo(
            Behaviour.builder()
                .timing(
                    new Timing(
                        Duration.ofMillis(5),
                        Duration.ofMillis(1500),
                        Duration.ofMinutes(2),
                        Duration.ofNanos(250_000)))
                .defaultTokens(7)
                .missedItem(OnBreach.RECOMPUTE)
                .missingKv(OnBreach.RECOMPUTE)
                .kvLease(Duration.ofSeconds(1))
                .keepAlive(Duration.ofSeconds(2))
                .maxNumSeqs(9)
                .profiling(false)
                .apiKey("k")
                .build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "-1ms", "ms", "1h", "x", ""})
  void refusesTimesItCannotRead(String time) {
    assertThatThrownBy(() -> cluster("--kv-lease=" + time))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("--kv-lease")
        .hasMessageContaining("expected: such as 20ms");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        PRODUCER + " | - | ENCODE",
        CONSUMER + " | {\"kv_role\":\"kv_producer\"} | PREFILL",
        CONSUMER + " | {\"kv_role\":\"kv_both\"} | PREFILL_DECODE",
        CONSUMER + " | - | PREFILL_DECODE",
        "- | {\"kv_role\":\"kv_consumer\"} | DECODE",
        "- | - | PREFILL_DECODE",
      })
  void derivesTheRoleFromTheConnectors(String ec, String kv, Role role) {
    WorkerSettings settings =
        serve(
            Map.of(),
            "serve",
            "m",
            ec == null ? "--enforce-eager" : "--ec-transfer-config=" + ec,
            kv == null ? "--enforce-eager" : "--kv-transfer-config=" + kv);

    assertThat(settings.role()).isEqualTo(role);
    assertThat(settings.sharedStorage()).isEqualTo(ec == null ? null : Path.of("/ec"));
  }

  @Test
  void takesTheFlagsOfTheExampleScripts() {
    WorkerSettings settings =
        serve(
            Map.of("VLLM_NIXL_SIDE_CHANNEL_PORT", "5559", "VLLM_TORCH_PROFILER_DIR", "/p"),
            ("serve Qwen/Q --gpu-memory-utilization 0.7 --port 19535 --enforce-eager"
                    + " --enable-request-id-headers --no-enable-prefix-caching --mm-encoder-only"
                    + " --max-num-batched-tokens 114688 --max-num-seqs 128"
                    + " --allowed-local-media-path /media --limit-mm-per-prompt 3 --new-switch")
                .split(" ", -1));

    assertThat(settings.model()).isEqualTo("Qwen/Q");
    assertThat(settings.host()).isEqualTo("0.0.0.0");
    assertThat(settings.port()).isEqualTo(19535);
    assertThat(settings.kvPort()).isEqualTo(5559);
    assertThat(settings.behaviour().maxNumSeqs()).isEqualTo(128);
    assertThat(settings.behaviour().requestIdHeaders()).isTrue();
    assertThat(settings.behaviour().profiling()).isTrue();
  }

  @Test
  void differsWithoutTheFlagsOfTheExampleScripts() {
    WorkerSettings settings = serve(Map.of(), "serve", "m", "--served-model-name", "nick");

    assertThat(settings.model()).isEqualTo("nick");
    assertThat(settings.port()).isEqualTo(8000);
    assertThat(settings.kvHost()).isEqualTo("127.0.0.1");
    assertThat(settings.kvPort()).isZero();
    assertThat(settings.behaviour().requestIdHeaders()).isFalse();
    assertThat(settings.behaviour().profiling()).isFalse();
  }

  @Test
  void namesTheFlagThatIsWrong() {
    assertThatThrownBy(() -> serve(Map.of(), "serve", "m", "--ec-transfer-config", "{"))
        .hasMessage("--ec-transfer-config: { (expected: a JSON object)");
    assertThatThrownBy(() -> serve(Map.of("VLLM_NIXL_SIDE_CHANNEL_PORT", "x"), "serve", "m"))
        .hasMessage("VLLM_NIXL_SIDE_CHANNEL_PORT: x (expected: a port)");
  }

  private static SimulatorSettings cluster(String... flags) {
    SimulatorCommand command = new SimulatorCommand();
    String[] args = flags.length == 0 ? flags : flags[0].split(" ", -1);
    SimulatorCommand.commandLine(command).parseArgs(args);
    return command.settings();
  }

  private static WorkerSettings serve(Map<String, String> environment, String... args) {
    ServeCommand command = new ServeCommand(environment);
    SimulatorCommand.commandLine(command).parseArgs(Arrays.copyOfRange(args, 1, args.length));
    return command.settings();
  }
}
