package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RouterCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void printsItsFlagsOnHelp() {
    int exitCode = execute("--help");

    assertThat(exitCode).isZero();
    assertThat(out.toString())
        .contains("--encode-servers-urls", "--prefill-servers-urls", "--decode-servers-urls")
        .contains("--host", "--port", "config/application.properties")
        .doesNotContain("--profile");
  }

  @Test
  void printsTheVersionThatMavenBuilt() {
    int exitCode = execute("--version");

    assertThat(exitCode).isZero();
    assertThat(out.toString()).matches("EPD Router \\d+\\.\\d+\\.\\d+.*\\R");
  }

  @Test
  void refusesAnUnknownFlagInOneLine() {
    int exitCode = execute("--decode-server-urls", "http://d");

    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("--decode-server-urls: unknown (expected: a flag; did you mean --decode-")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource({"--port", "--host", "--decode-servers-urls"})
  void refusesAFlagWithoutItsValueInOneLine(String flag) {
    int exitCode = execute(flag);

    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString()).contains(flag).hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource({
    "--port, abc, router.port",
    "--host, a b, router.host",
    "--encode-servers-urls, ftp://e, router.encode.urls",
    "--prefill-servers-urls, http://p?x, router.prefill.urls",
    "--decode-servers-urls, d:8000, router.decode.urls",
    "--decode-servers-urls, '', router.decode.urls"
  })
  void namesTheKeyOfAWrongValueInOneLine(String flag, String value, String key) {
    int exitCode = execute(flag, value);

    assertThat(exitCode).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith(key + ": ").contains("(expected: ").hasLineCount(1);
  }

  private int execute(String... arguments) {
    return RouterCommand.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }
}
