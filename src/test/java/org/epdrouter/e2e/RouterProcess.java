package org.epdrouter.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.epdrouter.simulator.Role;
import org.epdrouter.simulator.Simulator;

/** A router in a JVM of its own, started by its command line. */
final class RouterProcess implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("listens on http://[^:]+:(\\d+)");
  private static final int SECONDS = 30;

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

  /** Starts a router in front of these workers. */
  static RouterProcess start(Path directory, Simulator workers, List<String> jvmFlags)
      throws IOException {
    return start(
        directory,
        jvmFlags,
        "--encode-servers-urls",
        String.join(",", workers.urls(Role.ENCODE)),
        "--prefill-servers-urls",
        String.join(",", workers.urls(Role.PREFILL)),
        "--decode-servers-urls",
        String.join(",", workers.urls(Role.DECODE)));
  }

  /** Starts a router on a free port. */
  static RouterProcess start(Path directory, List<String> jvmFlags, String... flags)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags);
    command.add("-Dio.netty.leakDetection.level=paranoid");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("org.epdrouter.EpdRouter", "--host", "127.0.0.1", "--port", "0"));
    command.addAll(List.of(flags));
    return new RouterProcess(directory, command);
  }

  /** Waits until it listens. */
  URI chat() {
    Deployment.await("a router that listens", () -> !process.isAlive() || find(LISTENS) != null);
    String port = find(LISTENS);
    if (port == null) {
      throw new AssertionError("the router did not start:\n" + output());
    }
    return URI.create("http://127.0.0.1:" + port + "/v1/chat/completions");
  }

  /** All that it wrote by now. */
  String output() {
    return String.join("\n", output);
  }

  /** Asks it to end and returns its exit code; {@link #output} is complete then. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the router did not end:\n" + output());
    }
    reader.join(TimeUnit.SECONDS.toMillis(SECONDS));
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private @org.jspecify.annotations.Nullable String find(Pattern pattern) {
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
