package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AbortTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration TICK = Duration.ofMillis(5);
  private static final String STREAM = "\"stream\":true";

  private final Simulator simulator =
      Simulator.start(
          SimulatorSettings.of(1, 1, 1)
              .withBehaviour(
                  Behaviour.builder()
                      .timing(new Timing(Duration.ofMillis(200), LONG, Duration.ZERO, TICK))
                      .build()));

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void stopsAStreamWhoseClientLeaves() {
    SimulatedWorker decode = worker(Role.DECODE);
    Simulator quick = Simulator.start(SimulatorSettings.of(0, 1, 0));
    String params =
        Bodies.kvParams(
            TestClient.chat(quick.workers().get(0), Bodies.prefill(Bodies.text("hi"))).body());
    try (quick;
        RawClient client = new RawClient(decode)) {
      client.sendChat(Bodies.decode(Bodies.text("hi"), params, STREAM, "\"max_tokens\":100000"));
      client.readUntil("data: ");
      assertThat(decode.state().running()).isEqualTo(1);
    }

    Await.until("aborted", () -> decode.state().aborted() == 1);
    assertThat(decode.state().running()).isZero();
    assertThat(decode.state().completed()).isZero();
    Await.until("closed", () -> decode.state().openConnections() == 0);
    long sent = decode.state().eventsSent();
    try (Simulator other = ticking()) {
      TestClient.chat(
          other.workers().get(0), Bodies.chat(Bodies.text("hi"), STREAM, "\"max_tokens\":20"));
    }
    assertThat(decode.state().eventsSent()).isEqualTo(sent);
  }

  @Test
  void takesAHalfCloseAsLeaving() {
    SimulatedWorker prefill = worker(Role.PREFILL);
    try (RawClient client = new RawClient(prefill)) {
      client.sendChat(Bodies.prefill(Bodies.text("hi")));
      Await.until("running", () -> prefill.state().running() == 1);

      client.shutOutput();

      Await.until("aborted", () -> prefill.state().aborted() == 1);
    }
  }

  @Test
  void freesTheBlocksOfAPrefillWhoseClientLeaves() {
    SimulatedWorker prefill = worker(Role.PREFILL);
    try (RawClient client = new RawClient(prefill)) {
      client.sendChat(Bodies.prefill(Bodies.text("hi")));
      Await.until("held", () -> prefill.state().kvBlocksHeld() == 1);
    }

    Await.until("aborted", () -> prefill.state().aborted() == 1);
    assertThat(prefill.state().kvBlocksHeld()).isZero();
    assertThat(prefill.state().kvBlocksAborted()).isEqualTo(1);
    assertThat(simulator.state().idle()).isTrue();
  }

  @Test
  void registersNoItemWhenTheClientLeavesDuringEncode() {
    SimulatedWorker encode = worker(Role.ENCODE);
    try (RawClient client = new RawClient(encode)) {
      client.sendChat(Bodies.encode(Bodies.CAT));
      Await.until("running", () -> encode.state().running() == 1);
    }

    Await.until("aborted", () -> encode.state().aborted() == 1);
    TestClient.chat(encode, Bodies.encode(Bodies.DOG));
    assertThat(encode.state().items())
        .extracting(ItemCount::hash)
        .containsExactly(ContentHash.of("https://example.org/dog.png"));
  }

  private static Simulator ticking() {
    return Simulator.start(
        SimulatorSettings.of(0, 0, 1)
            .withBehaviour(
                Behaviour.builder().timing(Timing.ofTokens(Duration.ZERO, TICK)).build()));
  }

  private SimulatedWorker worker(Role role) {
    return simulator.workers(role).get(0);
  }
}
