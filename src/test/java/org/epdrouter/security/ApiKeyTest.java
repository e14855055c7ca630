package org.epdrouter.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Eventually;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the router asks for a key, and which key its workers get. */
final class ApiKeyTest {
  private static final String KEY = "Authorization: Bearer 1234567890";

  @RegisterExtension
  private static final Cluster cluster =
      Cluster.shared(
          1,
          1,
          1,
          "router.api-keys",
          "1234567890",
          "router.workers.api-key",
          "987",
          "router.forward-headers",
          "authorization,x-mine",
          "router.health.interval",
          "50ms");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/health/",
        "/Health",
        "//health",
        "/%68ealth",
        "/health;x",
        "/health/../v1/models",
        "/health#x",
        "http://router/health",
        "/v1/models",
        "/metrics",
        "/nothing"
      })
  void asksForAKeyWhereverItIsNotJustHealth(String target) {
    assertThat(cluster.router().get(target).status()).isEqualTo(401);
    assertThat(cluster.router().get(target, KEY).status()).isIn(200, 404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/health?deep=1"})
  void tellsEverybodyItsHealth(String target) {
    assertThat(cluster.router().get(target).status()).isEqualTo(200);
  }

  @Test
  void takesABodyFromNobodyWithoutAKey() {
    assertThat(cluster.router().post("/health", new byte[1]).status()).isEqualTo(401);
    assertThat(cluster.router().send(Requests.postChunked("/health", new byte[1], 1)).status())
        .isEqualTo(401);
    assertThat(cluster.router().post("/health", new byte[1], KEY).status()).isEqualTo(405);
  }

  @Test
  void doesNotWaitForTheBody() {
    try (RawClient client = cluster.router().connect()) {
      client.send(Requests.postHead(Requests.CHAT_PATH, 200_000_000));

      RawResponse response = client.read();

      assertThat(response.status()).isEqualTo(401);
      assertThat(response.header("connection")).isEqualTo("close");
      client.trySend(new byte[1_000_000]);
      client.halfCloseQuietly();
      assertThat(client.readUntilClose()).isEmpty();
    }
  }

  @Test
  void doesNotInviteTheBody() {
    try (RawClient client = cluster.router().connect()) {
      client.send(Requests.postHead(Requests.CHAT_PATH, 10, "Expect: 100-continue"));

      RawResponse response = client.read();

      assertThat(response.status()).isEqualTo(401);
      assertThat(response.informational()).isEmpty();
    }
  }

  @Test
  void answersTheRequestBeforeFirst() {
    try (RawClient client = cluster.router().connect()) {
      client.post(Requests.streamed(), KEY).post(Requests.text());

      RawResponse first = client.read();
      RawResponse second = client.read();

      assertThat(first.isComplete()).isTrue();
      assertThat(second.status()).isEqualTo(401);
    }
  }

  @Test
  void namesTheRequestThatItRefuses() {
    RawResponse response = cluster.router().post(Requests.text(), "X-Request-Id: mine");

    assertThat(response.header("x-request-id")).isEqualTo("mine");
  }

  @Test
  void answersHeadWithoutABody() {
    try (RawClient client = cluster.router().connect()) {
      client.send(Requests.head("HEAD /v1/models HTTP/1.1"));

      RawResponse response = client.readBodiless();

      assertThat(response.status()).isEqualTo(401);
      assertThat(response.header("www-authenticate")).isEqualTo("Bearer");
      assertThat(client.readUntilClose()).isEmpty();
    }
  }

  @Test
  void letsTrailingBlanksOfTheHeaderBe() {
    assertThat(cluster.router().post(Requests.text(), KEY + " \t ").status()).isEqualTo(200);
  }

  @Test
  void keepsItsClientsKeysToItself() {
    try (Cluster keyless =
        Cluster.start(
            0, 1, 1, "router.api-keys", "mine", "router.forward-headers", "authorization,x-mine")) {
      keyless.router().post(Requests.text(), "Authorization: Bearer mine", "X-Mine: 1");

      assertThat(keyless.chats())
          .hasSize(2)
          .allSatisfy(call -> assertThat(call.header("x-mine")).isEqualTo("1"))
          .allSatisfy(call -> assertThat(call.header("authorization")).isNull());
    }
  }

  @Test
  void givesWorkersTheirKeyOnEveryCall() {
    cluster.router().post(Requests.images(1), KEY, "X-Mine: 1");
    cluster.router().get("/v1/models", KEY);
    cluster.router().get("/health");
    cluster.router().post("/start_profile", new byte[0], KEY);
    Eventually.holds("probes", () -> cluster.decode().requestsTo("/health").size() > 3);

    List<ReceivedRequest> calls =
        cluster.workers().stream().flatMap(worker -> worker.requests().stream()).toList();

    assertThat(calls.stream().map(call -> call.target()))
        .contains("/v1/chat/completions", "/v1/models", "/health", "/start_profile");
    assertThat(calls)
        .allSatisfy(
            call -> assertThat(call.headerValues("authorization")).containsExactly("Bearer 987"));
  }
}
