package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterProcess;
import org.epdrouter.testing.ScriptedWorker;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** F17: a worker's name gets another address, or none, while the router runs. */
@Timeout(120) // Generous to two busy cores.
final class ChangingNamesTest {
  @TempDir private Path directory;
  private Path hosts;

  @BeforeEach
  void nameTheHostsFile() {
    hosts = directory.resolve("hosts");
  }

  @Test
  void goesToTheAddressThatANameHasNow() throws Exception {
    hosts("127.0.0.1 worker.test");
    try (ScriptedWorker first = ScriptedWorker.decodeAt("127.0.0.1", 0);
        ScriptedWorker second = ScriptedWorker.decodeAt("127.0.0.2", first.port());
        RouterProcess router = start(first.port())) {
      assertThat(router.post(Requests.text()).status()).isEqualTo(200);
      assertThat(first.chats()).hasSize(1);

      hosts("127.0.0.2 worker.test");

      Eventually.asserts(
          () -> {
            first.closeIdleConnections();
            assertThat(router.post(Requests.text()).status()).isEqualTo(200);
            assertThat(second.chats()).isNotEmpty();
          });
      int before = first.chats().size();
      assertThat(router.post(Requests.text()).status()).isEqualTo(200);
      assertThat(first.chats()).hasSize(before);
    }
  }

  @Test
  void saysWhichNameIsUnknownAndServesWhenItIsKnownAgain() throws Exception {
    hosts("127.0.0.1 worker.test");
    try (ScriptedWorker worker = ScriptedWorker.decode();
        RouterProcess router = start(worker.port())) {
      assertThat(router.post(Requests.text()).status()).isEqualTo(200);

      hosts("127.0.0.1 other.test");

      Eventually.asserts(
          () -> {
            worker.closeIdleConnections();
            RawResponse response = router.post(Requests.text());
            assertThat(response.status()).isEqualTo(502);
            assertThat(response.json().at("/error/message").textValue())
                .contains("worker.test", "unknown host", "router.decode.urls");
          });

      hosts("127.0.0.1 worker.test");

      Eventually.asserts(() -> assertThat(router.post(Requests.text()).status()).isEqualTo(200));
    }
  }

  @EnabledOnOs(OS.LINUX)
  @Test
  void keepsTheNamesWhileTheFileCannotBeRead() throws Exception {
    hosts("127.0.0.1 worker.test");
    try (ScriptedWorker worker = ScriptedWorker.decode();
        RouterProcess router = start(worker.port())) {
      assertThat(router.post(Requests.text()).status()).isEqualTo(200);

      Files.delete(hosts);
      Files.createSymbolicLink(
          hosts, Path.of("/proc/self/mem")); // There, but its first byte is not.

      Eventually.holds(
          "a complaint",
          () -> router.output().contains("the former names of the hosts file stay in use"));
      worker.closeIdleConnections();
      assertThat(router.post(Requests.text()).status()).isEqualTo(200);
      assertThat(router.output()).containsOnlyOnce("stay in use");
    }
  }

  private void hosts(String line) throws IOException {
    Files.writeString(hosts, line + "\n");
  }

  private RouterProcess start(int port) throws IOException {
    return RouterProcess.in(directory)
        .jvmFlags(List.of("-Djdk.net.hosts.file=" + hosts, "-Drouter.health.interval=off"))
        .startOnFreePort("--decode-servers-urls", "http://worker.test:" + port);
  }
}
