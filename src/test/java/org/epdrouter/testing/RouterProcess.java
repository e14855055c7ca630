package org.epdrouter.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A router in a JVM of its own, started by its command line. Thread-safe. */
public final class RouterProcess implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("listens on http://[^:]+:(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<String> output = new CopyOnWriteArrayList<>();
  private final Process process;
  private final Thread reader;

  private RouterProcess(Path directory, List<String> command) throws IOException {
    process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    reader = new Thread(this::read, "router-output");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a router on a free port. */
  public static RouterProcess start(Path directory, List<String> jvmFlags, String... flags)
      throws IOException {
    return new RouterProcess(directory, command(jvmFlags, flags));
  }

  /** Starts a router on a free port that may have so many file descriptors. */
  public static RouterProcess startWithDescriptors(
      int descriptors, Path directory, List<String> jvmFlags, String... flags) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "ulimit -n " + descriptors + "; exec \"$@\"", "sh"));
    command.addAll(command(jvmFlags, flags));
    return new RouterProcess(directory, command);
  }

  private static List<String> command(List<String> jvmFlags, String... flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags);
    command.add("-Dio.netty.leakDetection.level=paranoid");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("org.epdrouter.EpdRouter", "--host", "127.0.0.1", "--port", "0"));
    command.addAll(List.of(flags));
    return command;
  }

  /** Where it listens; waits until it does. */
  public int port() {
    Eventually.holds(
        "a router that listens", PATIENCE, () -> !process.isAlive() || find(LISTENS) != null);
    String port = find(LISTENS);
    if (port == null) {
      throw new AssertionError("the router did not start:\n" + output());
    }
    return Integer.parseInt(port);
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

  /** All that it wrote by now. */
  public String output() {
    return String.join("\n", output);
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

  /** Asks it to end and returns its exit code; {@link #output} is complete then. */
  public int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the router did not end:\n" + output());
    }
    reader.join(PATIENCE.toMillis());
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private @Nullable String find(Pattern pattern) {
    Matcher matcher = pattern.matcher(output());
    return matcher.find() ? matcher.group(1) : null;
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      lines.lines().forEach(output::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
