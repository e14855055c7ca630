package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The router in a JVM of its own, with the classes that the jar gets. */
final class RouterProcess implements AutoCloseable {
  private static final long LIMIT_SECONDS = 40;

  private final Process process;
  private final BufferedReader output;
  private final Path errors;

  private RouterProcess(Process process, Path errors) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
    this.errors = errors;
  }

  /**
   * Starts it.
   *
   * @param directory its working directory
   * @param variables added to an environment without any of the router's
   * @param arguments {@code -D} ones go to the JVM, others to the router
   */
  static RouterProcess start(Path directory, Map<String, String> variables, String... arguments)
      throws IOException {
    return start(classPath(), directory, variables, arguments);
  }

  /** Starts it without the libraries whose path has something like the pattern in it. */
  static RouterProcess startWithout(Pattern libraries, Path directory, String... arguments)
      throws IOException {
    String left =
        Arrays.stream(classPath().split(Pattern.quote(File.pathSeparator)))
            .filter(entry -> !libraries.matcher(entry).find())
            .collect(Collectors.joining(File.pathSeparator));
    return start(left, directory, Map.of(), arguments);
  }

  private static RouterProcess start(
      String classPath, Path directory, Map<String, String> variables, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", classPath));
    Arrays.stream(arguments).filter(word -> word.startsWith("-D")).forEach(command::add);
    command.add(EpdRouter.class.getName());
    Arrays.stream(arguments).filter(word -> !word.startsWith("-D")).forEach(command::add);
    Path errors = Files.createTempFile("router", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("ROUTER_"));
    builder.environment().putAll(variables);
    return new RouterProcess(builder.redirectError(errors.toFile()).start(), errors);
  }

  /** Waits for a line of its output; the test fails if the output ends before. */
  String awaitLine(Pattern pattern) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (pattern.matcher(line).find()) {
        return line;
      }
    }
    throw new AssertionError("no line like " + pattern + ", but " + Files.readString(errors));
  }

  /** Waits for its end. */
  int exitCode() throws InterruptedException {
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** What it printed and nobody read yet. */
  List<String> lines() {
    return output.lines().toList();
  }

  /** What it said on standard error, without what a JVM says about itself. */
  List<String> errors() throws IOException {
    return Files.readAllLines(errors).stream()
        .filter(line -> !line.startsWith("WARNING: ") && !line.startsWith("Picked up "))
        .toList();
  }

  /** What a supervisor does: SIGTERM. */
  void terminate() {
    process.toHandle().destroy(); // Process.destroy would close its output, too
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.delete(errors);
  }

  private static String classPath() {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(all.split(Pattern.quote(File.pathSeparator)))
        .filter(entry -> !entry.endsWith("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
