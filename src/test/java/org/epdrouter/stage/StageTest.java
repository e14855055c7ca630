package org.epdrouter.stage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StageTest {
  @Test
  void comesInTheOrderOfARequest() {
    assertThat(Stage.values())
        .extracting(Stage::label)
        .containsExactly("encode", "prefill", "decode");
  }
}
