package org.epdrouter.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that share nothing but a directory, as processes do. */
class SharedStorageTest {
  @TempDir private Path storage;

  @Test
  void findsWhatAnotherWorkerEncoded() {
    try (SimulatedWorker encode = start(Role.ENCODE);
        SimulatedWorker prefill = start(Role.PREFILL);
        SimulatedWorker decode = start(Role.DECODE)) {
      TestClient.chat(encode, Bodies.encode(Bodies.CAT));

      HttpResponse<String> prefilled = TestClient.chat(prefill, Bodies.prefill(Bodies.CAT));
      HttpResponse<String> decoded =
          TestClient.chat(decode, Bodies.decode(Bodies.CAT, Bodies.kvParams(prefilled.body())));

      assertThat(decoded.statusCode()).isEqualTo(200);
      assertThat(prefill.state().kvBlocksReleased()).isEqualTo(17);
      assertThat(prefill.state().itemsMissed()).isZero();
      assertThat(TestClient.chat(prefill, Bodies.prefill(Bodies.DOG)).statusCode()).isEqualTo(400);
    }
  }

  @Test
  void laysItemsOutAsVllmDoes() {
    try (SimulatedWorker encode = start(Role.ENCODE)) {
      TestClient.chat(encode, Bodies.encode(Bodies.CAT));

      String hash = ContentHash.of("https://example.org/cat.png");
      assertThat(storage.resolve(hash).resolve("encoder_cache.safetensors")).isRegularFile();
    }
  }

  @Test
  void countsAnItemOfAnotherEncodeWorkerAsAHit() {
    try (SimulatedWorker one = start(Role.ENCODE);
        SimulatedWorker two = start(Role.ENCODE)) {
      TestClient.chat(one, Bodies.encode(Bodies.CAT));
      TestClient.chat(two, Bodies.encode(Bodies.CAT));

      assertThat(one.state().itemsEncoded()).isEqualTo(1);
      assertThat(two.state().itemsEncoded()).isZero();
      assertThat(two.state().encoderCacheHits()).isEqualTo(1);
    }
  }

  @Test
  void clearsOnlyItsOwnFiles() throws Exception {
    Path other = Files.createFile(storage.resolve("other"));
    try (SimulatedWorker encode = start(Role.ENCODE)) {
      TestClient.chat(encode, Bodies.encode(Bodies.CAT));

      encode.reset();

      assertThat(storage.toFile().list()).containsExactly(other.getFileName().toString());
    }
  }

  @Test
  void encodesForItselfWithoutAnEncoderCache() {
    try (SimulatedWorker alone =
        SimulatedWorker.start(
            WorkerSettings.of(
                Role.PREFILL_DECODE,
                SimulatorSettings.DEFAULT_MODEL,
                null,
                Behaviour.defaults()))) {
      assertThat(TestClient.chat(alone, Bodies.chat(Bodies.CAT)).statusCode()).isEqualTo(200);
      assertThat(alone.state().itemsMissed()).isZero();
    }
  }

  private SimulatedWorker start(Role role) {
    return SimulatedWorker.start(
        WorkerSettings.of(role, SimulatorSettings.DEFAULT_MODEL, storage, Behaviour.defaults()));
  }
}
