package org.epdrouter.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** H10: a worker that came back is not given its full share at once. */
final class RecoveryTest {
  private static final int TURNS = 10_000;

  private long now = Long.MAX_VALUE - 5;

  @Test
  void takesEveryTurnOfAWorkerThatWasNeverAway() {
    Recovery recovery = new Recovery(1_000, () -> now);

    assertThat(taken(recovery)).isEqualTo(TURNS);
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "50, 10", "500, 50", "900, 90", "1000, 100", "5000, 100"})
  void takesMoreAndMoreTurns(long milliseconds, int percent) {
    Recovery recovery = new Recovery(1_000, () -> now);
    recovery.begin();

    now += TimeUnit.MILLISECONDS.toNanos(milliseconds);

    assertThat(taken(recovery)).isBetween((percent - 3) * TURNS / 100, (percent + 3) * TURNS / 100);
  }

  @Test
  void beginsAnewWhenTheWorkerIsBackAgain() {
    Recovery recovery = new Recovery(1_000, () -> now);
    recovery.begin();
    now += TimeUnit.SECONDS.toNanos(2);
    assertThat(taken(recovery)).isEqualTo(TURNS);

    recovery.begin();

    assertThat(taken(recovery)).isLessThan(TURNS / 5);
  }

  @Test
  void takesEveryTurnAtOnceWhenItIsOff() {
    Recovery recovery = new Recovery(0, () -> now);

    recovery.begin();

    assertThat(taken(recovery)).isEqualTo(TURNS);
  }

  private static int taken(Recovery recovery) {
    return (int) IntStream.range(0, TURNS).filter(turn -> recovery.takesItsTurn()).count();
  }
}
