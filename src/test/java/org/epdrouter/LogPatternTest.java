package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped {@code logback.xml}. */
final class LogPatternTest {
  private final LoggerContext context = new LoggerContext();

  @BeforeEach
  void configure() throws JoranException {
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(LogPatternTest.class.getResource("/logback.xml"));
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void writesOneShortLinePerEvent() {
    assertThat(render("it is on", null)).matches("\\S+ INFO {2}Some: it is on\n");
  }

  @Test
  void putsAFailureOnTheSameLine() {
    Exception failure = new IllegalStateException("first\nforged", new RuntimeException("cause"));

    assertThat(render("it failed", failure))
        .contains("it failed", "first | forged", "cause", "LogPatternTest")
        .containsOnlyOnce("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0000", "\u0007", "\u001b", "\u007f", "\u009b", "\u202e", "\u2066"})
  void letsNoCharacterSteerATerminal(String character) {
    assertThat(render("a" + character + "b", null)).endsWith(" a?b\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\r\n"})
  void letsNoMessageForgeALine(String end) {
    assertThat(render("a" + end + "b", null)).endsWith(" a | b\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0085", "\u2028", "\u2029"})
  void letsNoUnicodeLineEndThrough(String end) {
    assertThat(render("a" + end + "b", null)).endsWith(" a?b\n");
  }

  @Test
  void leavesOtherTextAlone() {
    String text = "${jndi:ldap://x} {} % \\n $1 ü 漢 😀";

    assertThat(render(text, null)).endsWith(" " + text + "\n");
  }

  private String render(String message, Throwable failure) {
    Logger logger = context.getLogger("org.epdrouter.Some");
    LoggingEvent event = new LoggingEvent("", logger, Level.INFO, message, failure, null);
    ConsoleAppender<ILoggingEvent> console =
        (ConsoleAppender<ILoggingEvent>)
            context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("console");
    return new String(console.getEncoder().encode(event), StandardCharsets.UTF_8);
  }
}
