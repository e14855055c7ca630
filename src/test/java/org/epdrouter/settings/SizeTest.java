package org.epdrouter.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "12B, 12",
    "64KB, 65536",
    "64 kb, 65536",
    "64KiB, 65536",
    "20MB, 20971520",
    "1GB, 1073741824"
  })
  void readsPlainBytesAndUnits(String text, long bytes) {
    Size size = Size.parse(text);

    assertThat(size.bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "MB",
        "-1",
        "+1",
        "1.5MB",
        "1M",
        "1TB",
        "9999999999999999999",
        "99999999999GB"
      })
  void refusesAnythingElse(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Size.parse(text));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE})
  void refusesNegativeSizes(long bytes) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Size(bytes));
  }
}
