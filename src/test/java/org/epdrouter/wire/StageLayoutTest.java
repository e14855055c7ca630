package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.ScriptedWorker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which stages a request goes through, by the workers there are. */
final class StageLayoutTest {

  @Test
  void goesFromEncodeToDecodeWithoutPrefillWorkers() {
    try (Cluster cluster = Cluster.start(1, 0, 1)) {
      String id = RouterUnderTest.newId();
      String body = Requests.images(2, "\"stream\":true");

      RawResponse response = cluster.router().post(body, "X-Request-Id: " + id);

      assertThat(response.status()).isEqualTo(200);
      assertThat(cluster.encodesOf(id)).hasSize(2);
      assertThat(cluster.decode().chatsOf(id)).hasSize(1);
      assertThat(cluster.decode().chatsOf(id).get(0).text()).isEqualTo(body);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "none", "DISABLE", "None", ""})
  void hasNoPrefillStageWhenItIsSwitchedOff(String word) {
    try (ScriptedWorker decode = ScriptedWorker.decode();
        RouterUnderTest router = RouterUnderTest.builder().prefill(word).decode(decode).start()) {
      String id = RouterUnderTest.newId();

      RawResponse response = router.post(Requests.text(), "X-Request-Id: " + id);

      assertThat(response.status()).isEqualTo(200);
      assertThat(decode.chatsOf(id)).hasSize(1);
      assertThat(decode.chatsOf(id).get(0).text()).isEqualTo(Requests.text());
    }
  }

  @Test
  void skipsEncodeWithoutEncodeWorkersEvenForMedia() {
    try (Cluster cluster = Cluster.start(0, 1, 1)) {
      RawResponse response = cluster.router().post(Requests.images(2));

      assertThat(response.status()).isEqualTo(200);
      assertThat(cluster.prefill().chats()).hasSize(1);
      assertThat(cluster.decode().chats()).hasSize(1);
    }
  }

  @Test
  void isAPlainBalancerWithDecodeWorkersOnly() {
    try (Cluster cluster = Cluster.start(0, 0, 2)) {
      for (int i = 0; i < 4; i++) {
        assertThat(cluster.router().post(Requests.images(1)).status()).isEqualTo(200);
      }

      assertThat(cluster.decode(0).chats()).hasSize(2);
      assertThat(cluster.decode(1).chats()).hasSize(2);
    }
  }

  @Test
  void trimsBlanksAndEmptyPartsOfWorkerLists() {
    try (ScriptedWorker one = ScriptedWorker.decode();
        ScriptedWorker two = ScriptedWorker.decode();
        RouterUnderTest router =
            RouterUnderTest.builder()
                .decode(" " + one.url() + " ", "", " ", two.url() + "/")
                .start()) {
      for (int i = 0; i < 4; i++) {
        assertThat(router.post(Requests.text()).status()).isEqualTo(200);
      }

      assertThat(one.chats()).hasSize(2);
      assertThat(two.chats())
          .hasSize(2)
          .allSatisfy(r -> assertThat(r.target()).isEqualTo("/v1/chat/completions"));
    }
  }

  @Test
  void takesTurnsAmongPrefillAndDecodeWorkers() {
    try (Cluster cluster = Cluster.start(0, 2, 3)) {
      List<Integer> prefills = new ArrayList<>();
      List<Integer> decodes = new ArrayList<>();

      for (int i = 0; i < 12; i++) {
        String id = RouterUnderTest.newId();
        cluster.router().post(Requests.text(), "X-Request-Id: " + id);
        prefills.add(whoGot(cluster.stage("prefill"), id));
        decodes.add(whoGot(cluster.stage("decode"), id));
      }

      for (int i = 1; i < 12; i++) {
        assertThat(prefills.get(i)).as("%s", prefills).isEqualTo((prefills.get(i - 1) + 1) % 2);
        assertThat(decodes.get(i)).as("%s", decodes).isEqualTo((decodes.get(i - 1) + 1) % 3);
      }
    }
  }

  @Test
  void runsSeveralRoutersInOneJvm() {
    try (Cluster first = Cluster.start(0, 0, 1);
        Cluster second = Cluster.start(1, 1, 1)) {
      assertThat(first.router().port()).isNotEqualTo(second.router().port());
      assertThat(first.router().post(Requests.images(1)).status()).isEqualTo(200);
      assertThat(second.router().post(Requests.images(1)).status()).isEqualTo(200);

      assertThat(first.chats()).hasSize(1);
      assertThat(second.chats()).hasSize(3);
    }
  }

  private static int whoGot(List<ScriptedWorker> workers, String id) {
    return IntStream.range(0, workers.size())
        .filter(i -> !workers.get(i).chatsOf(id).isEmpty())
        .findFirst()
        .orElseThrow();
  }
}
