package org.epdrouter.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.epdrouter.stage.Stage;
import org.junit.jupiter.api.Test;

final class RoundRobinTest {
  private static final Breakers BREAKERS =
      new Breakers(CircuitBreakerRegistry.ofDefaults(), 0, 1, 1, 0);

  private final Worker a = worker("a");
  private final Worker b = worker("b");
  private final Worker c = worker("c");
  private final List<Worker> workers = List.of(a, b, c);
  private final RoundRobin roundRobin = new RoundRobin();

  @Test
  void takesOneAfterTheOtherAndBeginsAnew() {
    Stream<Worker> selected =
        IntStream.range(0, 5).mapToObj(i -> roundRobin.select(workers, worker -> true));

    assertThat(selected).containsExactly(a, b, c, a, b);
  }

  @Test
  void passesOverWorkersThatAreNotAllowed() {
    Stream<Worker> selected =
        IntStream.range(0, 3).mapToObj(i -> roundRobin.select(workers, worker -> worker != b));

    assertThat(selected).containsExactly(a, c, a);
  }

  @Test
  void findsNobodyWhereNobodyIsAllowed() {
    assertThat(roundRobin.select(workers, worker -> false)).isNull();
  }

  @Test
  void findsTheOneThatIsAllowedWhileOthersTakeTheirTurns() {
    Worker selected =
        roundRobin.select(
            List.of(a, b),
            worker -> {
              roundRobin.select(List.of(a, b), any -> true);
              return worker == b;
            });

    assertThat(selected).isSameAs(b);
  }

  @Test
  void goesOnWhenTheCursorOverflows() {
    RoundRobin old = new RoundRobin(Integer.MAX_VALUE);

    Stream<Worker> selected =
        IntStream.range(0, 3).mapToObj(i -> old.select(workers, worker -> true));

    assertThat(selected).doesNotContainNull();
  }

  @Test
  void passesNobodyOverWhenTheCursorOverflows() {
    for (Worker only : workers) {
      RoundRobin old = new RoundRobin(Integer.MAX_VALUE);

      assertThat(old.select(workers, worker -> worker == only)).isSameAs(only);
    }
  }

  private static Worker worker(String name) {
    return new Worker(Stage.ENCODE, URI.create("http://" + name), BREAKERS);
  }
}
