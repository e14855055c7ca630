package org.epdrouter.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * {@code serve MODEL}: one worker, with the flags of {@code vllm serve}. Flags of vLLM that mean
 * nothing without a GPU are accepted. The role follows from the connectors' configs, the KV side
 * channel from {@code VLLM_NIXL_SIDE_CHANNEL_HOST} and {@code _PORT}.
 */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "One worker, with the flags of vllm serve; unknown ones are ignored.")
@SuppressWarnings("UnusedVariable") // picocli fills the options that are accepted and ignored
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
  private static final String DEFAULT_STORAGE = "/tmp";

  private final Map<String, String> environment;

  @Parameters(index = "0", paramLabel = "MODEL", description = "Model name.")
  private String model = "";

  @Option(names = "--served-model-name", description = "Name to answer to in place of MODEL.")
  private @Nullable String servedModelName;

  @Option(names = "--host", defaultValue = "0.0.0.0", description = "Address to listen on.")
  private String host = "";

  @Option(names = "--port", defaultValue = "8000", description = "Port to listen on.")
  private int port;

  @Option(names = "--ec-transfer-config", paramLabel = "JSON", description = "ec_producer: encode.")
  private @Nullable String ecConfig;

  @Option(
      names = "--kv-transfer-config",
      paramLabel = "JSON",
      description = "kv_producer: prefill; kv_consumer: decode; otherwise both.")
  private @Nullable String kvConfig;

  @Option(names = "--profiler-config", description = "Turns the profile endpoints on.")
  private @Nullable String profilerConfig;

  @Option(names = "--enable-request-id-headers", description = "Return x-request-id.")
  private boolean requestIdHeaders;

  @Option(
      names = {
        "--allowed-local-media-path",
        "--gpu-memory-utilization",
        "--max-num-batched-tokens",
        "--max-model-len",
        "--tensor-parallel-size",
        "--dtype"
      },
      paramLabel = "VALUE",
      description = "Ignored.")
  @SuppressWarnings("UnusedVariable") // Flags need a place to go.
  private List<String> ignoredValues = new ArrayList<>();

  @Option(
      names = {
        "--enforce-eager",
        "--no-enable-prefix-caching",
        "--enable-prefix-caching",
        "--mm-encoder-only",
        "--trust-remote-code"
      },
      description = "Ignored.")
  @SuppressWarnings("UnusedVariable") // Flags need a place to go.
  private boolean[] ignoredSwitches = {};

  @Unmatched private List<String> unknown = new ArrayList<>();

  @Mixin private BehaviourOptions behaviour = new BehaviourOptions();

  @Spec private @Nullable CommandSpec spec;

  ServeCommand() {
    this(System.getenv());
  }

  ServeCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (!unknown.isEmpty()) {
      LOG.warn("ignored: {}", unknown);
    }
    WorkerSettings settings = settings();
    SimulatedWorker worker = SimulatedWorker.start(settings);
    LOG.info("{} worker of {} at {}", settings.role().label(), settings.model(), worker.url());
    UntilSignal.closeAtExit(worker);
    return 0;
  }

  WorkerSettings settings() {
    JsonNode ec = config("--ec-transfer-config", ecConfig);
    JsonNode kv = config("--kv-transfer-config", kvConfig);
    return new WorkerSettings(
        role(ec.path("ec_role").asText(), kv.path("kv_role").asText()),
        servedModelName != null ? servedModelName : model,
        host,
        port,
        ec.isMissingNode() ? null : storage(ec),
        environment.getOrDefault("VLLM_NIXL_SIDE_CHANNEL_HOST", "127.0.0.1"),
        kvPort(),
        behaviour.toBuilder()
            .requestIdHeaders(requestIdHeaders)
            .profiling(profilerConfig != null || environment.containsKey("VLLM_TORCH_PROFILER_DIR"))
            .build());
  }

  private static Role role(String ecRole, String kvRole) {
    if (ecRole.equals("ec_producer")) {
      return Role.ENCODE;
    }
    return switch (kvRole) {
      case "kv_producer" -> Role.PREFILL;
      case "kv_consumer" -> Role.DECODE;
      default -> Role.PREFILL_DECODE;
    };
  }

  /** The default is that of vLLM's ECExampleConnector. */
  private static Path storage(JsonNode ec) {
    return Path.of(
        ec.path("ec_connector_extra_config").path("shared_storage_path").asText(DEFAULT_STORAGE));
  }

  private int kvPort() {
    String value = environment.getOrDefault("VLLM_NIXL_SIDE_CHANNEL_PORT", "0");
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw bad("VLLM_NIXL_SIDE_CHANNEL_PORT: " + value + " (expected: a port)");
    }
  }

  private JsonNode config(String flag, @Nullable String json) {
    try {
      return json == null ? Json.MAPPER.missingNode() : Json.MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw bad(flag + ": " + json + " (expected: a JSON object)");
    }
  }

  private RuntimeException bad(String message) {
    return spec == null
        ? new IllegalArgumentException(message)
        : new ParameterException(spec.commandLine(), message);
  }
}
