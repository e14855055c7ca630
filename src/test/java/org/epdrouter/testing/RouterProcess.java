package org.epdrouter.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.epdrouter.EpdRouter;

/** A router in a JVM of its own, started by its command line. Thread-safe. */
public final class RouterProcess implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("listens on http://[^:]+:(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Process process;
  private final ProcessOutput output;
  private final ProcessOutput errors;

  private RouterProcess(Process process) {
    this.process = process;
    output = new ProcessOutput("standard output", process.inputReader(StandardCharsets.UTF_8));
    errors = new ProcessOutput("standard error", process.errorReader(StandardCharsets.UTF_8));
  }

  /** A router to start in this working directory. */
  public static Builder in(Path directory) {
    return new Builder(directory);
  }

  /** Where it listens; waits until it does. */
  public int port() {
    Eventually.holds(
        "a router that listens", PATIENCE, () -> !process.isAlive() || findPort().isPresent());
    return findPort().orElseThrow(() -> new AssertionError("it did not start:\n" + said()));
  }

  /** Where it takes chat requests; waits until it does. */
  public URI chat() {
    return URI.create("http://127.0.0.1:" + port() + Requests.CHAT_PATH);
  }

  /** A new connection to it. */
  public RawClient connect() {
    return RawClient.connect(port());
  }

  /** Sends a chat request on a connection of its own and reads the whole answer. */
  public RawResponse post(String body, String... headers) {
    try (RawClient client = connect()) {
      return client.post(body, headers).read();
    }
  }

  /**
   * Waits for a line of its standard output that has the pattern in it, after the one that was
   * awaited last; the test fails if the output ends before, or does not come to it.
   */
  public String awaitLine(Pattern pattern) {
    return output
        .await(pattern, PATIENCE)
        .orElseThrow(() -> new AssertionError("no line like " + pattern + " in\n" + said()));
  }

  /**
   * What it printed on standard output after the line that was awaited last; waits for the end of
   * the output.
   */
  public List<String> rest() {
    return output.rest(PATIENCE);
  }

  /**
   * What it said on standard error, without what a JVM says about itself; waits for the end of the
   * output.
   */
  public List<String> errors() {
    errors.awaitEnd(PATIENCE);
    return errors.lines().stream()
        .filter(line -> !line.startsWith("WARNING: ") && !line.startsWith("Picked up "))
        .toList();
  }

  /** All that it wrote by now: standard output, then standard error. */
  public String output() {
    return Stream.of(output, errors)
        .flatMap(stream -> stream.lines().stream())
        .collect(Collectors.joining("\n"));
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Processor time that it has used by now. */
  public Duration cpuTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** Bytes of memory that it has now, heap and all. Linux only. */
  public long residentBytes() {
    try {
      String status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"));
      Matcher resident = RESIDENT.matcher(status);
      if (!resident.find()) {
        throw new AssertionError("no VmRSS in " + status);
      }
      return Long.parseLong(resident.group(1)) * 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks it to end, as a supervisor does, by SIGTERM; see {@link #exitCode}. */
  public int stop() throws InterruptedException {
    process.toHandle().destroy(); // Process.destroy would close its output, too.
    return exitCode();
  }

  /** Waits for its end and returns its exit code; {@link #output} is complete then. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the router did not end:\n" + output());
    }
    output.awaitEnd(PATIENCE);
    errors.awaitEnd(PATIENCE);
    return process.exitValue();
  }

  /** Kills it if it runs. */
  @Override
  public void close() {
    process.toHandle().destroyForcibly();
    Eventually.holds("the end of a router that was killed", PATIENCE, () -> !process.isAlive());
  }

  /** All that it wrote, to the end if it has ended. */
  private String said() {
    if (!process.isAlive()) {
      output.awaitEnd(PATIENCE);
      errors.awaitEnd(PATIENCE);
    }
    return output();
  }

  private Optional<Integer> findPort() {
    return output.lines().stream()
        .map(LISTENS::matcher)
        .filter(Matcher::find)
        .map(found -> Integer.valueOf(found.group(1)))
        .findFirst();
  }

  /** How to start it. Its environment is that of the tests without any of the router's settings. */
  public static final class Builder {
    private final Path directory;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> jvmFlags = new ArrayList<>();
    private final List<Pattern> leftOut = new ArrayList<>();
    private List<String> limit = List.of();

    private Builder(Path directory) {
      this.directory = directory;
    }

    /** Adds variables to its environment. */
    public Builder environment(Map<String, String> variables) {
      environment.putAll(variables);
      return this;
    }

    /** Adds flags for the JVM, {@code -D} ones among them. */
    public Builder jvmFlags(List<String> flags) {
      jvmFlags.addAll(flags);
      return this;
    }

    /** Sets how many file descriptors it may have. */
    public Builder descriptors(int most) {
      limit = List.of("sh", "-c", "ulimit -n " + most + "; exec \"$@\"", "sh");
      return this;
    }

    /** Leaves out the tests' classes: it logs as the jar does. */
    public Builder asShipped() {
      return without(Pattern.compile("test-classes$"));
    }

    /** Leaves out the entries of the tests' class path that have the pattern in them. */
    public Builder without(Pattern entries) {
      leftOut.add(entries);
      return this;
    }

    /** Starts it with these flags of the router, on a free port of this machine alone. */
    public RouterProcess startOnFreePort(String... flags) throws IOException {
      return start(
          Stream.concat(Stream.of("--host", "127.0.0.1", "--port", "0"), Arrays.stream(flags))
              .toArray(String[]::new));
    }

    /** Starts it with these flags of the router and no others. */
    public RouterProcess start(String... flags) throws IOException {
      List<String> command = new ArrayList<>(limit);
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(jvmFlags);
      command.add("-Dio.netty.leakDetection.level=paranoid");
      command.addAll(List.of("-cp", classPath(), EpdRouter.class.getName()));
      command.addAll(List.of(flags));
      ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("ROUTER_"));
      builder.environment().putAll(environment);
      return new RouterProcess(builder.start());
    }

    private String classPath() {
      return Arrays.stream(
              System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator)))
          .filter(entry -> leftOut.stream().noneMatch(pattern -> pattern.matcher(entry).find()))
          .collect(Collectors.joining(File.pathSeparator));
    }
  }
}
