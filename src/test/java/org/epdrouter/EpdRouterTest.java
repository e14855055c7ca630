package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.epdrouter.settings.Keys;
import org.epdrouter.settings.SettingException;
import org.epdrouter.settings.Settings;
import org.epdrouter.settings.Sources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EpdRouterTest {
  @TempDir private Path directory;

  @Test
  void runsSeveralRoutersInOneJvmEachWithItsOwnSettings() throws IOException {
    PlainRoutes.write(directory);

    try (CamelRouter one = start(Map.of(Keys.DECODE_URLS, "http://one"));
        CamelRouter two = start(Map.of(Keys.DECODE_URLS, "http://two"))) {
      assertThat(one.port()).isNotEqualTo(two.port());
      assertThat(resolved(one, Keys.DECODE_URLS)).isEqualTo("http://one");
      assertThat(resolved(two, Keys.DECODE_URLS)).isEqualTo("http://two");
      assertThat(resolved(one, Keys.PORT)).isEqualTo(Integer.toString(one.port()));
    }
  }

  @Test
  void leavesSystemPropertiesToOthers() throws IOException {
    PlainRoutes.write(directory);

    try (CamelRouter router = start(Map.of())) {
      assertThat(router.context().isStarted()).isTrue();
      assertThat(System.getProperties().stringPropertyNames())
          .noneMatch(key -> key.startsWith("router.") || key.startsWith("camel."));
    }
  }

  @Test
  void listensUntilItIsClosed() throws IOException {
    PlainRoutes.write(directory);
    CamelRouter router = start(Map.of());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), router.port())) {
      assertThat(socket.isConnected()).isTrue();
    }

    router.close();
    router.close();

    assertThat(router.context().getStatus()).isEqualTo(ServiceStatus.Stopped);
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), router.port()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void resolvesKeysOfAUsersOwnRoutes() throws IOException {
    PlainRoutes.write(directory);
    Files.createDirectory(directory.resolve("config"));
    Files.writeString(directory.resolve("config/application.properties"), "my.key=mine");

    try (CamelRouter router = start(Map.of())) {
      assertThat(resolved(router, "my.key")).isEqualTo("mine");
    }
  }

  @Test
  void namesThePortThatIsInUse() throws IOException {
    PlainRoutes.write(directory);

    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      assertThatThrownBy(() -> start(Map.of(Keys.PORT, port)))
          .isInstanceOf(SettingException.class)
          .hasMessage("router.port: %s (expected: a free port; Address already in use)", port);
    }
  }

  @ParameterizedTest
  @CsvSource({"192.0.2.1", "no-such-host.invalid"})
  void namesAHostThatIsNotThisMachine(String host) throws IOException {
    PlainRoutes.write(directory);

    assertThatThrownBy(() -> start(Map.of(Keys.HOST, host)))
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith("router.host: " + host);
  }

  /** A working directory with routes of its own, and a class folder where it has none. */
  @ParameterizedTest
  @ValueSource(strings = {"", "classes"})
  void loadsNoRoutesFromFoldersInsideTheRoutesFolder(String parent) throws IOException {
    Path classes = directory.resolve(parent);
    PlainRoutes.write(classes, route("outer"));
    Path optional = Files.createDirectory(classes.resolve("routes/optional"));
    Files.writeString(optional.resolve("inner.camel.yaml"), route("inner"));
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();

    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      try (CamelRouter router = start(Map.of())) {
        assertThat(router.context().getRoutes())
            .extracting(Route::getId)
            .contains("outer")
            .doesNotContain("inner");
      }
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void refusesARoutesFolderWithoutRoutes() throws IOException {
    Files.createDirectory(directory.resolve("routes"));

    assertThatThrownBy(() -> start(Map.of()))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("no route file");
  }

  @Test
  void refusesToRouteToNothing() {
    Map<String, String> settings = Map.of(Keys.PORT, "0");

    assertThatThrownBy(() -> EpdRouter.start(settings))
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith(Keys.DECODE_URLS);
  }

  private CamelRouter start(Map<String, String> settings) {
    Map<String, String> flags = new HashMap<>();
    flags.put(Keys.HOST, "127.0.0.1");
    flags.put(Keys.PORT, "0");
    flags.put(Keys.DECODE_URLS, "http://d");
    flags.putAll(settings);
    Sources sources = new Sources(flags, Map.of(), Map.of(), directory);
    return CamelRouter.start(Settings.resolve(sources), sources);
  }

  private static String route(String id) {
    return """
        - route:
            id: %1$s
            from:
              uri: direct:%1$s
              steps:
                - stop: {}
        """
        .formatted(id);
  }

  private static String resolved(CamelRouter router, String key) {
    return router.context().resolvePropertyPlaceholders("{{" + key + "}}");
  }
}
