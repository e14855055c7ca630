package org.epdrouter.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.epdrouter.simulator.WorkerState;

/** One run of an example script in a folder of its own, on free ports. */
final class ExampleRun implements AutoCloseable {
  private static final Path EXAMPLES = Path.of("src", "main", "dist", "examples");
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int SECONDS = 100;

  private final Path folder;
  private final Map<String, String> variables = new HashMap<>();
  private final Process process;

  private ExampleRun(Path folder, String script, Map<String, Integer> ports, List<String> more)
      throws IOException {
    this.folder = folder;
    install("vllm");
    install("router");
    install("curl");
    Path media = Files.createDirectories(folder.resolve("the media"));
    Files.writeString(media.resolve("cat.jpg"), "not looked at");
    Path cache = Files.createDirectories(folder.resolve("ec"));
    Files.writeString(cache.resolve("stale"), "of an earlier run");

    ports.forEach((name, port) -> variables.put(name, port.toString()));
    variables.put("PATH", folder.resolve("bin") + File.pathSeparator + System.getenv("PATH"));
    variables.put("ROUTER", folder.resolve("bin/router").toString());
    variables.put("MEDIA_PATH", media.toString());
    variables.put("EC_SHARED_STORAGE_PATH", cache.toString());
    variables.put("LOG_PATH", folder.resolve("logs").toString());
    variables.put("NUM_PROMPTS", "20");
    variables.put("TIMEOUT_SECONDS", "40");
    variables.put("TEST_JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
    variables.put("TEST_CLASSES", System.getProperty("java.class.path"));
    variables.put("TEST_CURL", onPath("curl").toString());
    variables.put("TEST_WORKER_PORTS", workerPorts(ports));
    for (int i = 0; i < more.size(); i += 2) {
      variables.put(more.get(i), more.get(i + 1));
    }

    ProcessBuilder builder =
        new ProcessBuilder("bash", EXAMPLES.resolve(script).toAbsolutePath().toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    builder.environment().putAll(variables);
    process = builder.start();
  }

  /**
   * Starts a script.
   *
   * @param portNames variables that get a free port each
   * @param more further variables, names and values in turn
   */
  static ExampleRun start(Path folder, String script, List<String> portNames, String... more)
      throws IOException {
    return new ExampleRun(folder, script, freePorts(portNames), List.of(more));
  }

  /** The value that a variable has in this run. */
  String variable(String name) {
    return String.valueOf(variables.get(name));
  }

  /** Waits for the end and returns the exit code. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the script runs for more than " + SECONDS + " s:\n" + output());
    }
    return process.exitValue();
  }

  /** What the script wrote by now. */
  String output() {
    return read("output");
  }

  /** How each worker was started: GPU, NIXL's port and the arguments, separated by bars. */
  List<String> served() {
    return read("served").lines().toList();
  }

  /** What a worker had seen when the last request was answered. */
  WorkerState state(String portName) throws IOException {
    return new ObjectMapper()
        .readValue(read("state-" + variable(portName) + ".json"), WorkerState.class);
  }

  /** Whether the folder of the encoder cache holds something. */
  boolean isCached(String name) {
    return Files.exists(folder.resolve("ec").resolve(name));
  }

  /** Waits until the script has written something. */
  void awaitOutput(String text) {
    await("output: " + text, () -> output().contains(text));
  }

  /** Waits until so many processes were started. */
  void awaitProcesses(int count) {
    await(count + " processes", () -> pids().size() >= count);
  }

  /** Sends a signal to the script, and to it alone. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Processes that the script started and that still run; a kill needs a moment. */
  List<Long> leftBehind() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    List<Long> left = running();
    while (!left.isEmpty() && System.nanoTime() < end) {
      LockSupport.parkNanos(POLL_NANOS);
      left = running();
    }
    return left;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    running().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
  }

  /** A process that ended and that nobody waited for has no command. */
  private List<Long> running() {
    return pids().stream()
        .filter(
            pid ->
                ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .flatMap(handle -> handle.info().command())
                    .isPresent())
        .toList();
  }

  private List<Long> pids() {
    return read("pids").lines().map(Long::valueOf).toList();
  }

  private String read(String name) {
    try {
      Path file = folder.resolve(name);
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(what + ": not within " + SECONDS + " s:\n" + output());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void install(String name) throws IOException {
    Path file = Files.createDirectories(folder.resolve("bin")).resolve(name);
    try (InputStream content = ExampleRun.class.getResourceAsStream(name)) {
      Files.copy(java.util.Objects.requireNonNull(content, name), file);
    }
    if (!file.toFile().setExecutable(true)) {
      throw new IOException(file + ": not executable");
    }
  }

  private static Path onPath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError(program + ": not found (expected: on the PATH)"));
  }

  private static String workerPorts(Map<String, Integer> ports) {
    return String.join(
        " ",
        ports.entrySet().stream()
            .filter(port -> port.getKey().matches("(ENCODE|PREFILL|DECODE|PREFILL_DECODE)_PORT"))
            .map(port -> port.getValue().toString())
            .toList());
  }

  private static Map<String, Integer> freePorts(List<String> names) throws IOException {
    Map<String, Integer> ports = new HashMap<>();
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (String name : names) {
        ServerSocket socket = new ServerSocket(0);
        held.add(socket);
        ports.put(name, socket.getLocalPort());
      }
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
    return ports;
  }
}
