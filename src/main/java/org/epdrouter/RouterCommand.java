package org.epdrouter;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.epdrouter.settings.Keys;
import org.epdrouter.settings.Settings;
import org.epdrouter.settings.Sources;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: flags in, exit code out, one line on standard error where it is not 0. */
@Command(
    name = "epd-router",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    versionProvider = Version.class,
    description =
        "Routes multimodal chat requests over encode, prefill and decode workers of vLLM.",
    footer = {
      "",
      "Every setting is also a property: in config/application.properties, which lists all of them,",
      "as -Drouter.port=8000 before -jar, or in the environment as ROUTER_PORT=8000."
    })
final class RouterCommand implements Callable<Integer> {
  private static final String DEV = "dev";
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private final Map<String, String> flags = new HashMap<>();

  private final PrintWriter out;

  private RouterCommand(PrintWriter out) {
    this.out = out;
  }

  /**
   * Runs until the router stops.
   *
   * @param out gets the start's report, the help and the version
   * @param err gets the one line that says what is wrong
   * @return the exit code: 0, 1 if the router did not start, 2 for flags that are none
   */
  static int execute(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new RouterCommand(out)).setOut(out).setErr(err);
    line.setParameterExceptionHandler(
        (failure, given) -> {
          err.println(wrongUsage(failure));
          return WRONG_USAGE;
        });
    line.setExecutionExceptionHandler(
        (failure, command, given) -> {
          err.println(failure.getMessage());
          return FAILED;
        });
    return line.execute(arguments);
  }

  private static String wrongUsage(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched) {
      String hint =
          unmatched.getSuggestions().stream()
              .findFirst()
              .map(flag -> "did you mean " + flag + "? ")
              .orElse("");
      return unmatched.getUnmatched().get(0)
          + ": unknown (expected: a flag; "
          + hint
          + "see --help)";
    }
    return failure.getMessage() + " (see --help)";
  }

  @Option(
      names = "--encode-servers-urls",
      order = 1,
      paramLabel = "URLS",
      description = "Base URLs of the encode workers, separated by commas.")
  void encode(String value) {
    flags.put(Keys.ENCODE_URLS, value);
  }

  @Option(
      names = "--prefill-servers-urls",
      order = 2,
      paramLabel = "URLS",
      description = "The prefill workers; disable, none or nothing for no prefill stage.")
  void prefill(String value) {
    flags.put(Keys.PREFILL_URLS, value);
  }

  @Option(
      names = "--decode-servers-urls",
      order = 3,
      paramLabel = "URLS",
      description = "The decode workers, at least one.")
  void decode(String value) {
    flags.put(Keys.DECODE_URLS, value);
  }

  @Option(
      names = "--host",
      order = 4,
      paramLabel = "HOST",
      description = "Where to listen (0.0.0.0).")
  void host(String value) {
    flags.put(Keys.HOST, value);
  }

  @Option(
      names = "--port",
      order = 5,
      paramLabel = "PORT",
      description = "The port to listen on (8000).")
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
    if (!DEV.equals(sources.profile()) || !settings.getList(Keys.DECODE_URLS).isEmpty()) {
      serve(sources, settings, address -> List.of());
      return 0;
    }
    try (DemoWorkers workers = DemoWorkers.start()) {
      Map<String, String> demo = new HashMap<>(workers.settings());
      demo.putAll(flags);
      Sources withWorkers = Sources.ofProcess(demo);
      serve(
          withWorkers,
          Settings.resolve(withWorkers),
          address -> List.of("", DemoWorkers.curl(address)));
      return 0;
    }
  }

  /** Runs until the router stops; {@code advice} is printed last. */
  private void serve(
      Sources sources, Settings settings, Function<ListenAddress, List<String>> advice)
      throws InterruptedException {
    try (CamelRouter router = CamelRouter.start(settings, sources)) {
      Runtime.getRuntime().addShutdownHook(new Thread(router::close, "shutdown"));
      StartReport.lines(settings, router.address(), sources.directory()).forEach(out::println);
      advice.apply(router.address()).forEach(out::println);
      out.flush();
      router.await();
    }
  }
}
