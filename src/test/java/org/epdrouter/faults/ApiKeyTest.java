package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients' keys and workers' keys have nothing to do with each other. */
final class ApiKeyTest {
  @RegisterExtension
  private static final Cluster cluster =
      Cluster.shared(
          1,
          1,
          1,
          "router.api-keys",
          "client-key-1,client-key-2",
          "router.workers.api-key",
          "worker-key");

  @ParameterizedTest
  @ValueSource(strings = {"Bearer client-key-1", "Bearer client-key-2", "bearer client-key-1"})
  void letsItsClientsIn(String authorization) {
    RawResponse response =
        cluster.router().post(Requests.images(1), "Authorization: " + authorization);

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.chats())
        .hasSize(3)
        .allSatisfy(
            r -> assertThat(r.headerValues("authorization")).containsExactly("Bearer worker-key"));
  }

  @ParameterizedTest
  @MethodSource("wrongKeys")
  void answers401ToEverybodyElse(String header) {
    RawResponse response = cluster.router().post(Requests.text(), header);

    assertThat(response.status()).isEqualTo(401);
    assertThat(response.header("www-authenticate")).startsWith("Bearer");
    assertThat(response.json().get("error").get("code").textValue()).isEqualTo("unauthorized");
    assertThat(response.json().get("error").get("type").textValue())
        .isEqualTo("authentication_error");
    assertThat(response.text()).doesNotContain("canary").doesNotContain("client-key");
    assertThat(cluster.chats()).isEmpty();
  }

  static Stream<String> wrongKeys() {
    return Stream.of(
        "X-No: key",
        "Authorization:",
        "Authorization: Bearer",
        "Authorization: Bearer canary",
        "Authorization: Bearer client-key-",
        "Authorization: Bearer client-key-11",
        "Authorization: Bearer client-key-1,client-key-2",
        "Authorization: Bearer CLIENT-KEY-1",
        "Authorization: Basic client-key-1",
        "Authorization: client-key-1",
        "Authorization: Bearer worker-key",
        "Authorization: Bearer " + "canary".repeat(1700));
  }

  @Test
  void refusesTwoAuthorizations() {
    RawResponse response =
        cluster
            .router()
            .post(
                Requests.text(),
                "Authorization: Bearer wrong",
                "Authorization: Bearer client-key-1");

    assertThat(response.status()).isIn(400, 401);
    assertThat(cluster.chats()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/chat/completions", "/start_profile", "/stop_profile"})
  void guardsWhatChangesSomething(String target) {
    RawResponse response =
        cluster
            .router()
            .post(target, Requests.text().getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertThat(response.status()).isEqualTo(401);
    assertThat(cluster.decode().requestsTo(target)).isEmpty();
  }

  @Test
  void passesTheClientsKeyOnlyWhereItHasNone() {
    try (Cluster open = Cluster.start(0, 1, 1)) {
      open.router().post(Requests.text(), "Authorization: Bearer mine");

      assertThat(open.chats())
          .hasSize(2)
          .allSatisfy(
              r -> assertThat(r.headerValues("authorization")).containsExactly("Bearer mine"));
    }
  }
}
