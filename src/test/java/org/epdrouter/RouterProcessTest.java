package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.epdrouter.testing.RouterProcess;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RouterProcessTest {
  private static final Pattern LISTENS = Pattern.compile("listens on http://127\\.0\\.0\\.1:\\d+$");

  @TempDir private Path directory;

  @BeforeEach
  void writeRoutes() throws IOException {
    PlainRoutes.write(directory);
  }

  @Test
  void routesWithTheReferencesFlagsAndEndsOnSigterm() throws Exception {
    try (RouterProcess router =
        router()
            .startOnFreePort(
                "--encode-servers-urls",
                "http://e1:1, http://e2:2",
                "--prefill-servers-urls",
                "disable",
                "--decode-servers-urls",
                "http://d:3")) {
      String url = url(router.awaitLine(LISTENS));
      String answer = get(url + "/settings");
      router.stop();

      assertThat(answer).isEqualTo("http://d:3 268435456 false");
      assertThat(router.rest())
          .containsExactly(
              "  encode    2 workers: http://e1:1, http://e2:2",
              "  prefill   none, the stage is skipped",
              "  decode    1 worker: http://d:3",
              "  pipeline  routes/pipeline.camel.yaml (edit it, restart)");
      assertThat(router.errors()).isEmpty();
    }
  }

  @Test
  void takesSettingsFromSystemPropertiesTheEnvironmentAndTheFile() throws Exception {
    Files.createDirectory(directory.resolve("config"));
    Files.writeString(
        directory.resolve("config/application.properties"),
        "router.host=127.0.0.1\nrouter.port=1\nrouter.decode.urls=http://file");
    Map<String, String> environment =
        Map.of("ROUTER_DECODE_URLS", "http://environment", "ROUTER_MAX_BODY", "1KB");

    try (RouterProcess router =
        router()
            .environment(environment)
            .jvmFlags(List.of("-Drouter.max-body=2KB"))
            .start("--port", "0")) {
      String url = url(router.awaitLine(LISTENS));

      assertThat(get(url + "/settings")).isEqualTo("http://environment 2048 true");
    }
  }

  @Test
  void startsBesideAKubernetesServiceNamedRouter() throws Exception {
    Map<String, String> environment = Map.of("ROUTER_PORT", "tcp://10.0.0.1:8000");

    try (RouterProcess router =
        router()
            .environment(environment)
            .jvmFlags(List.of("-Drouter.port=0"))
            .start("--host", "127.0.0.1", "--decode-servers-urls", "http://d")) {
      assertThat(router.awaitLine(LISTENS)).isNotEmpty();
    }
  }

  @Test
  void endsWithOneLineWhenThePortIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RouterProcess router =
            router()
                .start(
                    "--decode-servers-urls",
                    "http://d",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    Integer.toString(taken.getLocalPort()))) {
      assertThat(router.exitCode()).isEqualTo(1);
      assertThat(router.rest()).isEmpty();
      assertThat(router.errors())
          .containsExactly(
              "router.port: "
                  + taken.getLocalPort()
                  + " (expected: a free port; Address already in use)");
    }
  }

  @Test
  void endsWithOneLineForARouteThatCannotBeMade() throws Exception {
    PlainRoutes.write(
        directory,
        """
        - route:
            id: broken
            from:
              uri: direct:broken
              steps:
                - process:
                    ref: nobody
        """);

    try (RouterProcess router =
        router().start("--decode-servers-urls", "http://d", "--port", "0")) {
      assertThat(router.exitCode()).isEqualTo(1);
      assertThat(router.rest()).isEmpty();
      assertThat(router.errors())
          .singleElement()
          .asString()
          .startsWith("routes/plain.camel.yaml:6: route broken: ")
          .contains("nobody");
    }
  }

  @Test
  void startsNoSimulatedWorkersByItself() throws Exception {
    try (RouterProcess router = router().start("--port", "0")) {
      assertThat(router.exitCode()).isEqualTo(1);
      assertThat(router.errors())
          .singleElement()
          .asString()
          .startsWith("router.decode.urls: empty ");
    }
  }

  @Test
  void startsSimulatedWorkersInTheDevProfileAndPrintsARequestForThem() throws Exception {
    try (RouterProcess router = router().startOnFreePort("--profile", "dev")) {
      String first = router.awaitLine(Pattern.compile(""));

      assertThat(first).containsPattern(LISTENS);
      assertThat(router.awaitLine(Pattern.compile("  encode "))).contains("2 workers");
      assertThat(router.awaitLine(Pattern.compile("  prefill "))).contains("1 worker:");
      assertThat(router.awaitLine(Pattern.compile("  decode "))).contains("2 workers");
      assertThat(router.awaitLine(Pattern.compile("curl "))).contains("/v1/chat/completions");
    }
  }

  private RouterProcess.Builder router() {
    return RouterProcess.in(directory)
        .asShipped()
        .jvmFlags(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"));
  }

  private static String url(String line) {
    return line.substring(line.indexOf("http://"));
  }

  private static String get(String url) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }
}
