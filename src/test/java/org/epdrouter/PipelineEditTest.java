package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.epdrouter.settings.Keys;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README tells to change in the pipeline does what README says. */
final class PipelineEditTest {
  private static final String PIPELINE = "pipeline.camel.yaml";

  private static final String PREFILL =
      """
              - enrich:
                  id: add-transfer-params
                  description: "Take the kv_transfer_params of prefill's answer along; without prefill workers, go on without."
                  disabled: "{{router.prefill.disabled}}"
                  constant: direct:prefill
                  aggregationStrategy: takeTransferParams
      """;

  private static final String TENANT =
      """
              - setHeader:
                  id: tell-tenant
                  name: X-Tenant
                  simple: "${body.model}-users"
      """;

  private static final String TAP =
      """
              - wireTap:
                  id: copy-to-audit
                  uri: direct:audit
      """;

  private static final String AUDIT =
      """

      - route:
          id: audit
          description: Notes the model of every request.
          group: pipeline
          routeConfigurationId: pass
          from:
            id: audit-in
            uri: direct:audit
            steps:
              - setBody:
                  id: only-the-model
                  simple: "${body.model}"
              - to:
                  id: note-model
                  uri: file:audit
                  parameters:
                    fileName: models.txt
                    fileExist: Append
                    appendChars: '\\n'
      """;

  @TempDir private Path directory;
  private final ScriptedWorker encode = ScriptedWorker.encode();
  private final ScriptedWorker prefill = ScriptedWorker.prefill();
  private final ScriptedWorker decode = ScriptedWorker.decode();
  private RouteFolder routes;

  @BeforeEach
  void copyRoutes() throws IOException {
    routes = RouteFolder.in(directory);
  }

  @AfterEach
  void stopWorkers() {
    encode.close();
    prefill.close();
    decode.close();
  }

  @Test
  void leavesPrefillOut() throws IOException {
    routes.edit(PIPELINE, PREFILL, "");

    try (EpdRouter.Running router = start()) {
      assertThat(post(router, Requests.images(1)).status()).isEqualTo(200);
    }

    assertThat(encode.chats()).hasSize(1);
    assertThat(prefill.chats()).isEmpty();
    assertThat(decode.awaitChat(0).text()).isEqualTo(Requests.images(1));
  }

  @Test
  void addsAStepBetweenPrefillAndDecode() throws IOException {
    routes.edit(PIPELINE, PREFILL, PREFILL + TENANT);

    try (EpdRouter.Running router = start()) {
      assertThat(post(router, Requests.images(1)).status()).isEqualTo(200);
    }

    assertThat(encode.awaitChat(0).header("X-Tenant")).isNull();
    assertThat(prefill.awaitChat(0).header("X-Tenant")).isNull();
    ReceivedRequest call = decode.awaitChat(0);
    assertThat(call.header("X-Tenant")).isEqualTo("m-users");
    assertThat(call.json().at("/kv_transfer_params/remote_engine_id").asText()).isEqualTo("e-1");
  }

  @Test
  void keepsTheStepsHeaderWhenDecodeIsTriedAgain() throws IOException {
    routes.edit(PIPELINE, PREFILL, PREFILL + TENANT);
    decode.onChat(Scripts.CLOSE);

    try (ScriptedWorker other = ScriptedWorker.decode();
        EpdRouter.Running router =
            routes.start(Map.of(Keys.DECODE_URLS, decode.url() + "," + other.url()))) {
      for (int i = 0; i < 2; i++) {
        assertThat(post(router, Requests.text()).status()).isEqualTo(200);
      }

      assertThat(decode.chats()).isNotEmpty();
      assertThat(other.chats())
          .hasSize(2)
          .allMatch(call -> "m-users".equals(call.header("X-Tenant")));
    }
  }

  @Test
  void copiesTheModelOfEveryRequestToAFile() throws IOException {
    routes
        .edit(
            PIPELINE,
            "            ref: parseChatRequest\n",
            "            ref: parseChatRequest\n" + TAP)
        .append(PIPELINE, AUDIT.replace("file:audit", "file:" + directory.resolve("audit")));
    Path notes = directory.resolve("audit/models.txt");
    List<RawResponse> answers = new ArrayList<>();

    try (EpdRouter.Running router = start()) {
      for (int i = 0; i < 20; i++) {
        answers.add(post(router, i % 2 == 0 ? Requests.images(2) : Requests.streamed()));
      }
      Eventually.asserts(() -> assertThat(notes).content().isEqualTo("m\n".repeat(20)));
    }

    assertThat(answers).allMatch(answer -> answer.status() == 200 && answer.isComplete());
    assertThat(answers.get(1).text())
        .isEqualTo(
            String.join("", Scripts.EVENTS.stream().map("data: %s\n\n"::formatted).toList()));
    assertThat(decode.chats()).hasSize(20);
    assertThat(prefill.chats()).hasSize(20);
  }

  @Test
  void isWhatReadmePrints() throws IOException {
    assertThat(Path.of("README.md")).content().contains(PREFILL, TENANT, TAP, AUDIT.stripLeading());
  }

  private EpdRouter.Running start() {
    return routes.start(
        Map.of(
            Keys.ENCODE_URLS, encode.url(),
            Keys.PREFILL_URLS, prefill.url(),
            Keys.DECODE_URLS, decode.url()));
  }

  private static RawResponse post(EpdRouter.Running router, String body) {
    try (RawClient client = RawClient.connect(router.port())) {
      return client
          .send(Requests.post(Requests.CHAT_PATH, body.getBytes(StandardCharsets.UTF_8)))
          .read();
    }
  }
}
