package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line in processes of its own. */
class ProcessTest {
  private final List<Process> processes = new ArrayList<>();

  @TempDir private Path storage;

  @AfterEach
  void stop() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void printsItsUrlsAndEndsWithZeroOnSigterm() throws Exception {
    Process process = run(List.of(), "--base-port=0", "--encode=2", "--decode=0");
    String encode = line(process);
    String prefill = line(process);

    int status = status(prefill.split(" ", -1)[1] + "/health");
    process.destroy();

    assertThat(encode).matches("encode http://127.0.0.1:\\d+,http://127.0.0.1:\\d+");
    assertThat(prefill).matches("prefill http://127.0.0.1:\\d+");
    assertThat(status).isEqualTo(200);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void endsWithOneWhenThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      Process process =
          run(List.of(), "serve", "m", "--port", Integer.toString(taken.getLocalPort()));

      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
    }
  }

  @Test
  void runsOneProcessPerWorker() throws Exception {
    String ec = "\"ec_connector_extra_config\":{\"shared_storage_path\":\"" + storage + "\"}}";
    String encode = serve("--ec-transfer-config={\"ec_role\":\"ec_producer\"," + ec);
    String prefill =
        serve(
            "--ec-transfer-config={\"ec_role\":\"ec_consumer\"," + ec,
            "--kv-transfer-config={\"kv_role\":\"kv_producer\"}");
    String decode = serve("--kv-transfer-config={\"kv_role\":\"kv_consumer\"}");
    Await.until("all listen", () -> List.of(encode, prefill, decode).stream().allMatch(this::up));

    TestClient.post(encode + Endpoints.CHAT, Bodies.encode(Bodies.CAT));
    String prefilled = TestClient.post(prefill + Endpoints.CHAT, Bodies.prefill(Bodies.CAT)).body();
    int decoded =
        TestClient.post(
                decode + Endpoints.CHAT, Bodies.decode(Bodies.CAT, Bodies.kvParams(prefilled)))
            .statusCode();

    assertThat(decoded).isEqualTo(200);
    assertThat(
            TestClient.json(TestClient.get(prefill + "/sim/state")).get("kvBlocksReleased").asInt())
        .isEqualTo(17);
    assertThat(TestClient.json(TestClient.get(decode + "/sim/state")).get("kvMissing").asInt())
        .isZero();
  }

  @Test
  void takesLargeImagesInASmallHeap() throws Exception {
    Process process = run(List.of("-Xmx96m"), "--base-port=0", "--prefill=0", "--decode=0");
    String chat = line(process).split(" ", -1)[1] + Endpoints.CHAT;
    String base64 = "QUJD".repeat(8 << 20);

    for (String kind : List.of("png", "jpeg", "png")) {
      String body = Bodies.encode(Bodies.image("data:image/" + kind + ";base64," + base64));
      assertThat(TestClient.post(chat, body).statusCode()).isEqualTo(200);
    }

    JsonNode state = TestClient.json(TestClient.get(chat.replace(Endpoints.CHAT, Endpoints.STATE)));
    assertThat(state.get("itemsEncoded").asInt()).isEqualTo(2);
    assertThat(state.get("encoderCacheHits").asInt()).isEqualTo(1);
  }

  private String serve(String... flags) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    List<String> args =
        new ArrayList<>(List.of("serve", SimulatorSettings.DEFAULT_MODEL, "--port", "" + port));
    args.addAll(List.of(flags));
    run(List.of(), args.toArray(String[]::new));
    return "http://127.0.0.1:" + port;
  }

  private Process run(List<String> jvmFlags, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(SimulatorCommand.class.getName());
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    processes.add(process);
    return process;
  }

  /** The next line that tells a role's URLs; logs go the same way. */
  private static String line(Process process) throws IOException {
    BufferedReader reader = process.inputReader();
    String line = reader.readLine();
    while (line != null && !line.matches("[a-z-]+ http://.*")) {
      line = reader.readLine();
    }
    return String.valueOf(line);
  }

  private static int status(String url) {
    return TestClient.get(url).statusCode();
  }

  private boolean up(String url) {
    try {
      return status(url + "/v1/chat/completions") == 405;
    } catch (UncheckedIOException e) {
      return false;
    }
  }
}
