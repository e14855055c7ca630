package org.epdrouter.security;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.epdrouter.EpdRouter;
import org.epdrouter.settings.SettingException;
import org.epdrouter.settings.Sources;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.Script;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys stay where they are: in no log, no answer, no message, not with the other side. */
final class SecretsTest {
  private static final String CLIENT = "canary-client";
  private static final String WORKER = "canary-worker";
  private static final String WRONG = "canary-wrong";

  @Test
  void saysNoKeyWhateverHappens() {
    StringBuilder answers = new StringBuilder();
    String seenByWorkers;
    try (LogRecord log = LogRecord.open()) {
      try (Cluster cluster =
          Cluster.start(
              1,
              1,
              1,
              "router.api-keys",
              CLIENT,
              "router.workers.api-key",
              WORKER,
              "router.media.allow",
              "https://example.org")) {
        String key = "Authorization: Bearer " + CLIENT;
        for (String body :
            List.of(
                Requests.text(),
                Requests.streamed(),
                Requests.images(2),
                Requests.parts(List.of(Requests.image("https://user:canary-url@evil/"))),
                "{\"model\":",
                "")) {
          answers.append(cluster.router().post(body, key));
          answers.append(cluster.router().post(body, "Authorization: Bearer " + WRONG));
        }
        answers.append(cluster.router().get("/health"));
        answers.append(cluster.router().get("/v1/models", key));
        answers.append(cluster.router().get("/nothing", key));
        answers.append(cluster.router().post("/start_profile", new byte[0], key));
        answers.append(
            cluster.router().post(Requests.text(), key, "Authorization: Bearer " + WRONG));
        answers.append(
            cluster.router().send(("GET / HTTP/1.1\r\n" + key + "\n\r\n\r\n").getBytes(US_ASCII)));
        for (Script failing :
            List.of(Scripts.error(500), Scripts.error(401), Scripts.CLOSE, Scripts.RESET)) {
          cluster.workers().forEach(worker -> worker.onChat(failing));
          answers.append(cluster.router().post(Requests.images(1), key));
          answers.append(cluster.router().post(Requests.streamed(), key));
        }
        cluster.decode().onChat((request, to) -> to.startEvents().event("1").stall());
        try (RawClient leaving = cluster.router().connect()) {
          leaving.post(Requests.streamed(), key);
        }
        seenByWorkers =
            cluster.workers().stream()
                .flatMap(worker -> worker.requests().stream())
                .flatMap(request -> request.headers().stream())
                .map(Object::toString)
                .toList()
                .toString();
      }
      assertThat(log.text()).isNotEmpty().doesNotContain("canary");
    }
    assertThat(answers).contains("401", "502").doesNotContain("canary");
    assertThat(seenByWorkers).contains(WORKER).doesNotContain(CLIENT, WRONG);
  }

  @ParameterizedTest
  @CsvSource({
    "router.api-keys,canary one",
    "router.api-keys,canary-ü",
    "router.workers.api-key,'canary,another'",
    "router.api-key,canary",
    "router.worker.secret,canary"
  })
  void saysNoKeyThatItCannotUse(String name, String value) {
    assertThatThrownBy(() -> EpdRouter.start(Map.of("router.decode.urls", "http://d", name, value)))
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith(name + ": a hidden value (expected: ")
        .hasMessageNotContaining("canary");
  }

  @Test
  void showsNoSettingsInText() {
    Map<String, String> settings = Map.of("router.api-keys", "canary");

    Sources sources = new Sources(settings, settings, settings, Path.of(""));

    assertThat(sources.toString()).doesNotContain("canary");
  }
}
