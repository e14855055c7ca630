package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RouteFilesTest {
  @TempDir private Path withoutRoutes;

  @ParameterizedTest
  @CsvSource({
    "file:/opt/router/epd-router.jar!/routes/http.camel.yaml, true",
    "file:/work/target/classes/routes/http.camel.yaml, true",
    "file:C:\\work\\target\\classes\\routes\\http.camel.yaml, true",
    "classpath:routes/http.camel.yaml, true",
    "routes/http.camel.yaml, true",
    "file:/work/target/classes/routes/optional/jms.camel.yaml, false",
    "file:C:\\work\\target\\classes\\routes\\optional\\jms.camel.yaml, false",
    "file:/home/routes/target/classes/other/http.camel.yaml, false",
    "file:/work/target/classes/myroutes/http.camel.yaml, false",
  })
  void takesOfTheJarOnlyWhatIsDirectlyInRoutes(String location, boolean taken) {
    assertThat(RouteFiles.means(RouteFiles.pattern(withoutRoutes), location)).isEqualTo(taken);
  }

  @Test
  void takesWhatAnyOtherPatternHasFound() {
    String pattern = "file:flows/*.camel.yaml,file:/etc/epd/*.camel.yaml";

    assertThat(RouteFiles.means(pattern, "file:/etc/epd/audit.camel.yaml")).isTrue();
  }
}
