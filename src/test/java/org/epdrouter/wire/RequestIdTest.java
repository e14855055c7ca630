package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every request has an id, which every stage and every response carries. */
final class RequestIdTest {
  private static final String UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  @RegisterExtension private static final Cluster cluster = Cluster.shared(1, 1, 1);

  @ParameterizedTest
  @MethodSource("validIds")
  void keepsTheClientsId(String id) {
    RawResponse response = cluster.router().post(Requests.images(1), "x-REQUEST-id: " + id);

    assertThat(response.headerValues("x-request-id")).containsExactly(id);
    assertThat(cluster.encode().chats().get(0).requestId()).startsWith(id + ":0:");
    assertThat(cluster.prefill().chats().get(0).requestId()).isEqualTo(id);
    assertThat(cluster.decode().chats().get(0).requestId()).isEqualTo(id);
  }

  static Stream<String> validIds() {
    return Stream.of("a", "Az09._:-", "a".repeat(128), "0b0bf29f-a1c8-4a0e-8a0e-111111111111");
  }

  @ParameterizedTest
  @MethodSource("invalidIds")
  void replacesAnIdThatIsNotSafe(String id) {
    RawResponse response = cluster.router().post(Requests.images(1), "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(200);
    assertFreshEverywhere(response);
  }

  static Stream<String> invalidIds() {
    return Stream.of(
        "",
        "a".repeat(129),
        "a b",
        "a/b",
        "${jndi:ldap://x}",
        "é",
        "a,b",
        "a\tb",
        "a;b=c",
        "<script>",
        "%0d%0a");
  }

  @Test
  void makesAnIdWhenTheClientHasNone() {
    RawResponse first = cluster.router().post(Requests.images(1));
    assertFreshEverywhere(first);
    RawResponse second = cluster.router().post(Requests.text());

    assertThat(second.header("x-request-id")).matches(UUID);
    assertThat(second.header("x-request-id")).isNotEqualTo(first.header("x-request-id"));
  }

  @Test
  void sendsOneIdToWorkersWhenTheClientSendsTwo() {
    RawResponse response =
        cluster.router().post(Requests.text(), "X-Request-Id: a", "X-Request-Id: b");

    assertThat(response.status()).isIn(200, 400);
    assertThat(response.headerValues("x-request-id")).hasSize(1);
    assertThat(cluster.chats())
        .allSatisfy(
            r ->
                assertThat(r.headerValues("x-request-id"))
                    .containsExactlyElementsOf(response.headerValues("x-request-id")));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isOnStreamsAndOnWorkersErrors(boolean failing) {
    if (failing) {
      cluster.decode().onChat(Scripts.error(400));
    }
    String id = RouterUnderTest.newId();

    RawResponse response = cluster.router().post(Requests.streamed(), "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(failing ? 400 : 200);
    assertThat(response.headerValues("x-request-id")).containsExactly(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /health",
        "GET /v1/models",
        "GET /v1/chat/completions",
        "GET /nowhere",
        "POST /start_profile"
      })
  void isOnTheAnswersOfEveryEndpoint(String request) {
    String id = RouterUnderTest.newId();

    RawResponse with =
        cluster
            .router()
            .send(Requests.head(request + " HTTP/1.1", "X-Request-Id: " + id, "Content-Length: 0"));
    RawResponse without =
        cluster.router().send(Requests.head(request + " HTTP/1.1", "Content-Length: 0"));

    assertThat(with.headerValues("x-request-id")).containsExactly(id);
    assertThat(without.headerValues("x-request-id")).hasSize(1).first().asString().matches(UUID);
  }

  @Test
  void isOnErrorsOfTheRouter() {
    String id = RouterUnderTest.newId();

    RawResponse response = cluster.router().post("{", "X-Request-Id: " + id);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.headerValues("x-request-id")).containsExactly(id);
  }

  @Test
  void isNotCarriedOverToTheNextRequestOfAConnection() {
    String id = RouterUnderTest.newId();
    try (RawClient client = cluster.router().connect()) {
      client.post(Requests.text(), "X-Request-Id: " + id).read();
      RawResponse second = client.post(Requests.text()).read();

      assertThat(second.header("x-request-id")).matches(UUID);
    }
  }

  @Test
  void isNotTakenFromTheWorkersAnswer() {
    cluster
        .decode()
        .onChat(
            (request, to) ->
                to.answer(
                    "200 OK",
                    "application/json",
                    "{}".getBytes(StandardCharsets.UTF_8),
                    "X-Request-Id: other"));
    String id = RouterUnderTest.newId();

    RawResponse response = cluster.router().post(Requests.text(), "X-Request-Id: " + id);

    assertThat(response.headerValues("x-request-id")).containsExactly(id);
  }

  private static void assertFreshEverywhere(RawResponse response) {
    assertThat(response.headerValues("x-request-id")).hasSize(1).first().asString().matches(UUID);
    String id = response.headerValues("x-request-id").get(0);
    ReceivedRequest encode = cluster.encode().chats().get(0);
    assertThat(encode.requestId()).matches(id + ":0:[0-9a-f]{6}");
    assertThat(cluster.prefill().chats().get(0).requestId()).isEqualTo(id);
    assertThat(cluster.decode().chats().get(0).headerValues("x-request-id")).containsExactly(id);
  }
}
