package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionTest {
  private static final String HEALTH = "GET /health HTTP/1.1\r\nHost: sim\r\n\r\n";

  private Simulator simulator = start(Behaviour.builder());

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void servesManyRequestsOnOneConnection() {
    try (RawClient client = new RawClient(worker())) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.send(HEALTH).readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 OK\r\n");
      }

      assertThat(worker().state().connectionsAccepted()).isEqualTo(1);
      assertThat(worker().state().openConnections()).isEqualTo(1);
    }
  }

  @Test
  void closesAnIdleConnectionAsUvicorn() {
    restart(Behaviour.builder().keepAlive(Duration.ofMillis(50)));

    try (RawClient client = new RawClient(worker())) {
      client.send(HEALTH).readUntil("\r\n\r\n");

      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void keepsAConnectionOpenWhileARequestRuns() {
    restart(
        Behaviour.builder()
            .keepAlive(Duration.ofMillis(50))
            .timing(Timing.ofTokens(Duration.ofMillis(300), Duration.ZERO)));

    try (RawClient client = new RawClient(worker())) {
      client.send(HEALTH).readUntil("\r\n\r\n");
      client.sendChat(Bodies.chat(Bodies.text("hi")));

      assertThat(client.readUntil("}")).startsWith("HTTP/1.1 200 OK");
    }
  }

  @Test
  void closesWhenAskedTo() {
    restart(Behaviour.builder().keepAlive(Duration.ofMinutes(1)));

    try (RawClient client = new RawClient(worker())) {
      client.send("GET /health HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n\r\n");

      assertThat(client.readToEnd()).contains("connection: close\r\n").endsWith("\r\n\r\n");
    }
  }

  @Test
  void answersPipelinedRequestsInTheirOrder() {
    try (RawClient client = new RawClient(worker())) {
      client.sendChat(Bodies.chat(Bodies.text("hi"), "\"stream\":true")).send(HEALTH);

      assertThat(client.readUntil("\r\n0\r\n\r\n")).endsWith("[DONE]\n\n\r\n0\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).contains("content-length: 0");
    }
  }

  @Test
  void sendsHttp10ClientsNoChunks() {
    String body = Bodies.chat(Bodies.text("hi"), "\"stream\":true", "\"max_tokens\":1");
    try (RawClient client = new RawClient(worker())) {
      client.send(
          "POST /v1/chat/completions HTTP/1.0\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);

      assertThat(client.readToEnd())
          .doesNotContain("transfer-encoding")
          .contains("\r\n\r\ndata: {")
          .endsWith("data: [DONE]\n\n");
    }
  }

  @Test
  void asksForABodyThatWaitsToBeAsked() {
    String body = Bodies.chat(Bodies.text("hi"));
    try (RawClient client = new RawClient(worker())) {
      client.send(
          "POST /v1/chat/completions HTTP/1.1\r\nHost: sim\r\nExpect: 100-continue\r\n"
              + "Content-Length: "
              + body.length()
              + "\r\n\r\n");

      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 ");
      assertThat(client.send(body).readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 OK");
    }
  }

  @Test
  void refusesABodyBeyondTheLimit() {
    restart(Behaviour.builder().maxBody(100));

    assertThat(TestClient.chat(worker(), Bodies.chat(Bodies.CAT)).statusCode()).isEqualTo(413);
  }

  @Test
  void refusesWhatIsNotHttp() {
    try (RawClient client = new RawClient(worker())) {
      assertThat(client.send("GARBAGE\r\n\r\n").readToEnd()).startsWith("HTTP/1.1 400 ");
    }
  }

  private SimulatedWorker worker() {
    return simulator.workers().get(0);
  }

  private void restart(Behaviour.Builder behaviour) {
    simulator.close();
    simulator = start(behaviour);
  }

  private static Simulator start(Behaviour.Builder behaviour) {
    return Simulator.start(SimulatorSettings.of(0, 0, 1).withBehaviour(behaviour.build()));
  }
}
