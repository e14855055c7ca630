package org.epdrouter.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The events of a stream and when each was there. For one thread. */
final class Arrivals {
  private final List<String> events = new ArrayList<>();
  private final List<Long> instants = new ArrayList<>();

  /** Takes a line of the stream; only data lines count. */
  void line(String line) {
    if (line.startsWith("data: ")) {
      events.add(line.substring("data: ".length()));
      instants.add(System.nanoTime());
    }
  }

  List<String> events() {
    return events;
  }

  /**
   * Fails if events came in lumps rather than at the pace of the worker. Generous to a slow
   * machine: half of the pauses may be lost and half of the time.
   */
  void assertPaced(Duration pause) {
    int pauses = events.size() - 1;
    long span = instants.get(pauses) - instants.get(0);
    long longOnes =
        IntStream.range(0, pauses)
            .filter(i -> instants.get(i + 1) - instants.get(i) > pause.toNanos() / 2)
            .count();
    assertThat(Duration.ofNanos(span)).isGreaterThan(pause.multipliedBy(pauses).dividedBy(2));
    assertThat(longOnes).isGreaterThan(pauses / 2);
  }
}
