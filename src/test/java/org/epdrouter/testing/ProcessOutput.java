package org.epdrouter.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/** What a process writes to one of its streams, read line by line as it comes. Thread-safe. */
final class ProcessOutput {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;
  // Index of the first line that nobody awaited.
  private int next;

  ProcessOutput(String name, BufferedReader stream) {
    reader = new Thread(() -> read(stream), name);
    reader.setDaemon(true);
    reader.start();
  }

  /** All lines by now, awaited or not. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  /**
   * Waits for a line with the pattern in it, after the one that was awaited last; those before it
   * are passed over.
   *
   * @return nothing if the output ends without, or the patience
   */
  synchronized Optional<String> await(Pattern pattern, Duration patience) {
    boolean over =
        Eventually.within(
            patience,
            () -> {
              boolean ended = !reader.isAlive(); // Before the look: what came until then is seen.
              return passTo(pattern) || ended;
            });
    return over && next < lines.size() ? Optional.of(lines.get(next++)) : Optional.empty();
  }

  /** Waits for the end of the output, and returns the lines that nobody awaited. */
  synchronized List<String> rest(Duration patience) {
    awaitEnd(patience);
    return List.copyOf(lines.subList(next, lines.size()));
  }

  /** Waits until {@link #lines} is complete. */
  void awaitEnd(Duration patience) {
    Eventually.holds("the end of " + reader.getName(), patience, () -> !reader.isAlive());
  }

  private boolean passTo(Pattern pattern) {
    while (next < lines.size() && !pattern.matcher(lines.get(next)).find()) {
      next++;
    }
    return next < lines.size();
  }

  private void read(BufferedReader stream) {
    try (stream) {
      stream.lines().forEach(lines::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
