package org.epdrouter;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.epdrouter.settings.Keys;
import org.epdrouter.settings.Settings;
import org.epdrouter.settings.Sources;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line: flags in, exit code out, one line on standard error where it is not 0. */
@Command(
    name = "epd-router",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = Version.class,
    description =
        "Routes multimodal chat requests over encode, prefill and decode workers of vLLM.",
    footer = {
      "",
      "Every setting is also a property: in config/application.properties, which lists all of them,",
      "as -Drouter.port=8000 before -jar, or in the environment as ROUTER_PORT=8000."
    })
final class RouterCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private final Map<String, String> flags = new HashMap<>();

  @Spec private @Nullable CommandSpec spec;

  private RouterCommand() {}

  /**
   * Runs until the router stops.
   *
   * @return the exit code: 0, 1 if the router did not start, 2 for flags that are none
   */
  static int execute(String... arguments) {
    CommandLine line = new CommandLine(new RouterCommand());
    line.setParameterExceptionHandler(
        (failure, given) -> {
          failure.getCommandLine().getErr().println(failure.getMessage() + " (see --help)");
          return WRONG_USAGE;
        });
    line.setExecutionExceptionHandler(
        (failure, command, given) -> {
          command.getErr().println(failure.getMessage());
          return FAILED;
        });
    return line.execute(arguments);
  }

  @Option(
      names = "--encode-servers-urls",
      paramLabel = "URLS",
      description = "Base URLs of the encode workers, separated by commas.")
  void encode(String value) {
    flags.put(Keys.ENCODE_URLS, value);
  }

  @Option(
      names = "--prefill-servers-urls",
      paramLabel = "URLS",
      description = "The prefill workers; disable, none or nothing for no prefill stage.")
  void prefill(String value) {
    flags.put(Keys.PREFILL_URLS, value);
  }

  @Option(
      names = "--decode-servers-urls",
      paramLabel = "URLS",
      description = "The decode workers, at least one.")
  void decode(String value) {
    flags.put(Keys.DECODE_URLS, value);
  }

  @Option(names = "--host", paramLabel = "HOST", description = "Where to listen (0.0.0.0).")
  void host(String value) {
    flags.put(Keys.HOST, value);
  }

  @Option(names = "--port", paramLabel = "PORT", description = "The port to listen on (8000).")
  void port(String value) {
    flags.put(Keys.PORT, value);
  }

  @Option(names = "--profile", paramLabel = "NAME", hidden = true)
  void profile(String value) {
    flags.put(Sources.PROFILE, value);
  }

  @Override
  public Integer call() throws InterruptedException {
    Sources sources = Sources.ofProcess(flags);
    Settings settings = Settings.resolve(sources);
    try (CamelRouter router = CamelRouter.start(settings, sources)) {
      Runtime.getRuntime().addShutdownHook(new Thread(router::close, "shutdown"));
      PrintWriter out = spec.commandLine().getOut();
      StartReport.lines(settings, router.address(), sources.directory()).forEach(out::println);
      out.flush();
      router.await();
    }
    return 0;
  }
}
