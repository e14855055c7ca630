package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.epdrouter.settings.Keys;
import org.epdrouter.settings.Settings;
import org.epdrouter.settings.Sources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One step or one bean is wrong; the line that says so names its place. */
final class StartFailureTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "8|setBodyy|simple: x|Unknown node id: setBodyy",
        "9|log|nope: x|Unsupported field: nope",
        "8|process|ref: nobody|route broken: No bean could be found in the registry for: nobody",
        "8|to|uri: 'direct:{{nothing}}'|route broken: Property with key [nothing] not found",
        "8|to|uri: 'nothing:x'|route broken: No endpoint could be found for: nothing://x",
        "8|setBody|simple: '${body.x'|route broken: expected symbol functionEnd",
        "10|log|{message: x|while parsing a flow mapping"
      })
  void namesTheLineOfAStep(int line, String step, String option, String cause) throws IOException {
    PlainRoutes.write(
        directory,
        """
        - route:
            id: broken
            from:
              uri: direct:broken
              steps:
                - log:
                    message: fine
                - %s:
                    %s
        """
            .formatted(step, option));

    assertThatThrownBy(this::start)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("routes/plain.camel.yaml:" + line + ": ")
        .hasMessageContaining(cause)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"java.net.URL|no protocol: nope", "org.epdrouter.Nothing|org.epdrouter.Nothing"})
  void namesTheLineOfABean(String type, String cause) throws IOException {
    PlainRoutes.write(
        directory,
        """
        - beans:
            - name: broken
              type: %s
              constructors:
                0: nope
        """
            .formatted(type));

    assertThatThrownBy(this::start)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("routes/plain.camel.yaml:2: ")
        .hasMessageContaining("broken")
        .hasMessageContaining(cause)
        .hasMessageNotContaining("\n");
  }

  @Test
  void doesNotBlameTheRoutersPortForAnother() throws IOException {
    PlainRoutes.write(
        directory,
        """
        - route:
            id: elsewhere
            from:
              uri: netty-http:http://192.0.2.1:1/
              steps:
                - log: {message: x}
        """);

    assertThatThrownBy(this::start)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("Cannot assign requested address");
  }

  private void start() {
    Map<String, String> flags =
        Map.of(Keys.HOST, "127.0.0.1", Keys.PORT, "0", Keys.DECODE_URLS, "http://d");
    Sources sources = new Sources(flags, Map.of(), Map.of(), directory);
    CamelRouter.start(Settings.resolve(sources), sources).close();
  }
}
