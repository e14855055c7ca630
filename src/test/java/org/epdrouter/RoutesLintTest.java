package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.epdrouter.settings.Keys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The route files keep rules that Camel does not. */
final class RoutesLintTest {
  private static final Path ROUTES = Path.of("routes");

  private static final String FINE =
      """
      - beans:
          - name: strategy
            type: org.epdrouter.pipeline.GatherAnswers
      - routeConfiguration:
          id: pass
          errorHandler:
            noErrorHandler: {}
      - route:
          id: fine
          description: Does nothing.
          group: tests
          routeConfigurationId: pass
          from:
            id: fine-in
            uri: direct:fine
            steps:
              - to:
                  id: to-fine
                  uri: direct:fine
              - split:
                  id: each
                  simple: "${body} {{router.host}}"
                  aggregationStrategy: strategy
                  parallelProcessing: true
                  steps:
                    - log:
                        id: say
                        message: x
                    - to:
                        id: to-log
                        uri: log:fine
              - loadBalance:
                  id: pick
                  roundRobinLoadBalancer: {}
                  steps:
                    - log:
                        id: picked
                        message: y
      """;

  @Test
  void theRoutesKeepTheRules() throws IOException {
    assertThat(check(files(ROUTES))).isEmpty();
  }

  @Test
  void theOptionalRoutesKeepTheRulesBesideTheOthers() throws IOException {
    Map<String, String> optional = files(ROUTES.resolve("optional"));

    assertThat(optional).isNotEmpty();
    for (Map.Entry<String, String> file : optional.entrySet()) {
      Map<String, String> both = new HashMap<>(files(ROUTES));
      assertThat(both.put(file.getKey(), file.getValue())).as(file.getKey()).isNull();

      assertThat(check(both)).isEmpty();
    }
  }

  @Test
  void takesAFileThatIsFine() throws IOException {
    assertThat(check(Map.of("x.camel.yaml", FINE))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("broken")
  void complainsAboutWhatBreaksARule(String before, String after, String complaint)
      throws IOException {
    assertThat(FINE).as("the file to break").containsOnlyOnce(before);

    List<String> complaints = check(Map.of("x.camel.yaml", FINE.replace(before, after)));

    assertThat(complaints)
        .anySatisfy(line -> assertThat(line).startsWith("x.camel.yaml: ").contains(complaint));
  }

  static Stream<Arguments> broken() {
    String child = FINE.substring(FINE.lastIndexOf("            steps:"));
    String another =
        """
        message: y
              - log:
                  id: again
                  message: z
        """
            .replace("\n      ", "\n              ");
    return Stream.of(
        arguments("    routeConfigurationId: pass\n", "", "fine: no routeConfigurationId"),
        arguments(
            "routeConfigurationId: pass",
            "routeConfigurationId: past",
            "fine: routeConfigurationId names nothing: past"),
        arguments(
            "id: to-fine\n            uri: direct:fine",
            "id: to-fine\n            uri: direct:other",
            "direct:other: nobody consumes it"),
        arguments(child, "", "pick: a balancer has exactly one child"),
        arguments("message: y\n", another, "pick: a balancer has exactly one child"),
        arguments("            id: to-fine\n", "", "to in fine: no id"),
        arguments("    id: fine\n", "", "route: no id"),
        arguments("      id: fine-in\n", "", "from of fine: no id"),
        arguments("    description: Does nothing.\n", "", "fine: no description"),
        arguments("    group: tests\n", "", "fine: no group"),
        arguments("id: picked", "id: isPicked", "isPicked: id is not kebab-case"),
        arguments("id: fine\n", "id: Fine\n", "Fine: id is not kebab-case"),
        arguments("id: picked", "id: say", "say: id is there twice"),
        arguments("uri: log:fine", "uri: log:fine?level=INFO", "log:fine?level=INFO: ? in a uri"),
        arguments("id: each", "id: &each each", "line 21: anchor or alias"),
        arguments("message: x", "mesage: x", "schema: "),
        arguments("parallelProcessing: true", "parallelProcessing: 'true'", "schema: "),
        arguments("Strategy: strategy", "Strategy: stratgy", "stratgy: no such bean"),
        arguments("message: x", "message: '${bean:nobody}'", "nobody: no such bean"),
        arguments("message: x", "logger: '#nobody'", "nobody: no such bean"),
        arguments("router.host", "router.hots", "router.hots: no such setting"));
  }

  @Test
  void complainsAboutALongRoute() throws IOException {
    StringBuilder steps = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      steps.append("        - log:\n            id: say-%d\n            message: x\n".formatted(i));
    }
    String longer = FINE + steps;

    assertThat(check(Map.of("x.camel.yaml", longer)))
        .containsExactly("x.camel.yaml: fine: 16 steps (expected: at most 15)");
  }

  private static List<String> check(Map<String, String> files) throws IOException {
    return RouteLint.check(files, keys());
  }

  private static Set<String> keys() throws IOException {
    Properties manual = new Properties();
    try (BufferedReader reader =
        Files.newBufferedReader(Path.of("config/application.properties"))) {
      manual.load(reader);
    }
    Set<String> keys = new HashSet<>(manual.stringPropertyNames());
    keys.add(Keys.ENCODE_DISABLED);
    keys.add(Keys.PREFILL_DISABLED);
    return keys;
  }

  private static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new HashMap<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.yaml")) {
      for (Path file : found) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return files;
  }
}
