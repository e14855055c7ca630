package org.epdrouter.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1500, 1500",
    "500ms, 500",
    "1s, 1000",
    "1 S, 1000",
    "5m, 300000",
    "2h, 7200000"
  })
  void readsPlainMillisecondsAndUnits(String text, long millis) {
    Duration duration = Durations.parse(text);

    assertThat(duration).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "-1s", "1.5s", "1d", "PT1S", "1m30s", "999999999999999999h"})
  void refusesAnythingElse(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Durations.parse(text));
  }
}
