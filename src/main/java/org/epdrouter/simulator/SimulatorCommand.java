package org.epdrouter.simulator;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The simulator's command line: a cluster in one process, or with {@code serve} one worker that
 * takes the flags of {@code vllm serve}. Runs until SIGINT or SIGTERM and exits with 0 then; 1 when
 * it cannot start, 2 on bad flags.
 */
@Command(
    name = "simulator",
    mixinStandardHelpOptions = true,
    subcommands = ServeCommand.class,
    description = "vLLM workers without a GPU.")
public final class SimulatorCommand implements Callable<Integer> {

  @Option(names = "--encode", paramLabel = "N", defaultValue = "1", description = "Encode workers.")
  private int encode;

  @Option(
      names = "--prefill",
      paramLabel = "N",
      defaultValue = "1",
      description = "Prefill workers.")
  private int prefill;

  @Option(names = "--decode", paramLabel = "N", defaultValue = "1", description = "Decode workers.")
  private int decode;

  @Option(
      names = "--prefill-decode",
      paramLabel = "N",
      defaultValue = "0",
      description = "Workers that do both.")
  private int prefillDecode;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private String host = "";

  @Option(
      names = "--base-port",
      paramLabel = "PORT",
      defaultValue = "19001",
      description =
          "Port of the first worker; the others follow, encode first (default: ${DEFAULT-VALUE};"
              + " 0: free ports).")
  private int basePort;

  @Option(
      names = "--model",
      defaultValue = SimulatorSettings.DEFAULT_MODEL,
      description = "Model name (default: ${DEFAULT-VALUE}).")
  private String model = "";

  @Option(
      names = "--shared-storage-path",
      paramLabel = "DIR",
      description = "Directory of the encoder cache (default: in memory).")
  private @Nullable Path sharedStorage;

  @Option(names = "--no-profiling", description = "No profile endpoints: they answer 404.")
  private boolean noProfiling;

  @Mixin private BehaviourOptions behaviour = new BehaviourOptions();

  @Spec private @Nullable CommandSpec spec;

  public static void main(String... args) {
    System.exit(commandLine(new SimulatorCommand()).execute(args));
  }

  /** A command line with the converters that the flags need. */
  static CommandLine commandLine(Object command) {
    return new CommandLine(command)
        .registerConverter(Duration.class, new DurationConverter())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (e, line, result) -> {
              line.getErr().println(e.getMessage());
              return 1;
            });
  }

  @Override
  public Integer call() throws InterruptedException {
    Simulator simulator = Simulator.start(settings());
    for (Role role : Role.values()) {
      List<String> urls = simulator.urls(role);
      if (!urls.isEmpty() && spec != null) {
        spec.commandLine().getOut().println(role.label() + " " + String.join(",", urls));
      }
    }
    UntilSignal.closeAtExit(simulator);
    return 0;
  }

  SimulatorSettings settings() {
    return new SimulatorSettings(
        encode,
        prefill,
        decode,
        prefillDecode,
        host,
        basePort,
        model,
        sharedStorage,
        behaviour.toBuilder().profiling(!noProfiling).build());
  }
}
