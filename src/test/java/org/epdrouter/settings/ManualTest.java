package org.epdrouter.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code config/application.properties} against what the code reads. */
final class ManualTest {
  private static final Path MANUAL = Path.of("config/application.properties");

  @Test
  void explainsEveryKeyThatTheCodeReadsAndNoOther() throws IOException {
    List<String> keys =
        Files.readAllLines(MANUAL).stream()
            .filter(line -> line.contains("=") && !line.startsWith("#"))
            .map(line -> line.substring(0, line.indexOf('=')))
            .toList();

    assertThat(keys).containsExactlyInAnyOrderElementsOf(Keys.RULES.keySet());
  }

  @Test
  void hasASentenceRightAboveEveryKey() throws IOException {
    List<String> lines = Files.readAllLines(MANUAL);

    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(Keys.PREFIX)) {
        assertThat(lines.get(i - 1)).as(lines.get(i)).startsWith("# ").endsWith(".");
      }
    }
  }

  @Test
  void hasDefaultsThatAreValid() {
    Sources nothing = new Sources(Map.of(), Map.of(), Map.of(), Path.of(""));

    Settings settings = Settings.resolve(nothing);

    assertThat(settings.get(Keys.HOST)).isEqualTo("0.0.0.0");
    assertThat(settings.getInt(Keys.PORT)).isEqualTo(8000);
    assertThat(settings.get("router.encode.max-tokens")).isEqualTo("1");
  }
}
