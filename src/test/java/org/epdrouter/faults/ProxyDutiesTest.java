package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.Header;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What RFC 9110 and 9112 ask of a proxy. */
final class ProxyDutiesTest {
  @RegisterExtension private static final Cluster cluster = Cluster.shared(1, 1, 1);

  @Test
  void keepsHopByHopHeadersOfTheClientFromWorkers() {
    cluster
        .router()
        .post(
            Requests.images(1),
            "Connection: keep-alive, X-Nominated, traceparent",
            "X-Nominated: secret",
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "Keep-Alive: timeout=5",
            "Proxy-Connection: keep-alive",
            "Proxy-Authorization: Basic secret",
            "Proxy-Authenticate: Basic",
            "TE: trailers, gzip",
            "Trailer: X-T",
            "Upgrade: h2c");

    assertThat(cluster.chats()).hasSize(3);
    for (ReceivedRequest request : cluster.chats()) {
      for (String name :
          List.of(
              "x-nominated",
              "keep-alive",
              "proxy-connection",
              "proxy-authorization",
              "proxy-authenticate",
              "te",
              "trailer",
              "upgrade")) {
        assertThat(request.headerValues(name)).as(name).isEmpty();
      }
      assertThat(request.headers().toString()).doesNotContain("secret");
      assertThat(request.headerValues("content-length")).hasSize(1);
    }
  }

  /** C2. */
  @Test
  void addsItselfToTheWayOfARequest() {
    cluster.router().post(Requests.images(1), "Via: 1.0 fred", "Via: 1.1 p.example.net (x)");

    assertThat(cluster.chats()).hasSize(3);
    for (ReceivedRequest request : cluster.chats()) {
      assertThat(String.join(", ", request.headerValues("via")))
          .matches("1\\.0 fred, 1\\.1 p\\.example\\.net \\(x\\), 1\\.1 epd-router-[0-9a-f]{6}");
    }
  }

  /** C2. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void addsItselfToTheWayOfAnAnswer(boolean streamed) {
    String[] headers = {"via: 1.0 ricky", "via: 1.1 q"};
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              if (streamed) {
                to.startEvents(headers).event("1").endChunks();
              } else {
                to.json(200, "{}", headers);
              }
            });

    RawResponse response =
        cluster
            .router()
            .post(streamed ? Requests.streamed() : Requests.text(), "Via: 1.0 client-side");

    assertThat(String.join(", ", response.headerValues("via")))
        .matches("1\\.0 ricky, 1\\.1 q, 1\\.1 epd-router-[0-9a-f]{6}");
  }

  /** B10: no worker is ever asked with HEAD, so that none can answer it with a body. */
  @Test
  void asksAWorkerWithGetWhatAClientAsksWithHead() {
    try (RawClient client = cluster.router().connect()) {
      client.send(Requests.head("HEAD /v1/models HTTP/1.1"));

      assertThat(client.readBodiless().status()).isEqualTo(200);
      assertThat(client.get("/v1/models").read().text()).isEqualTo(Scripts.MODEL_LIST);
    }
    assertThat(cluster.decode().requestsTo("/v1/models"))
        .hasSize(2)
        .allSatisfy(request -> assertThat(request.method()).isEqualTo("GET"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsHopByHopHeadersOfWorkersFromTheClient(boolean streamed) {
    String[] headers = {
      "connection: keep-alive, x-nominated",
      "x-nominated: secret",
      "keep-alive: timeout=5",
      "proxy-authenticate: Basic",
      "proxy-connection: keep-alive",
      "trailer: x-t",
      "upgrade: h2c"
    };
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              if (streamed) {
                to.startEvents(headers).event("1").endChunks();
              } else {
                to.json(200, "{}", headers);
              }
            });

    RawResponse response = cluster.router().post(streamed ? Requests.streamed() : Requests.text());

    assertThat(response.status()).isEqualTo(200);
    for (String name :
        List.of(
            "x-nominated",
            "keep-alive",
            "proxy-authenticate",
            "proxy-connection",
            "trailer",
            "upgrade")) {
      assertThat(response.headerValues(name)).as(name).isEmpty();
    }
    assertThat(response.headers().toString()).doesNotContain("secret");
    assertThat(cluster.decode().chats()).hasSize(1);
  }

  @Test
  void passesOnlyHeadersThatWorkersRead() {
    cluster
        .router()
        .post(
            Requests.text(),
            "Cookie: a=b",
            "Origin: https://evil.example",
            "X-Forwarded-For: 6.6.6.6",
            "Forwarded: for=6.6.6.6",
            "X-Real-Ip: 6.6.6.6",
            "X-Vllm-Worker: evil",
            "CamelHttpUri: http://evil.example",
            "CamelHttpPath: /evil",
            "CamelHttpMethod: DELETE",
            "User-Agent: curl",
            "X-Session-ID: s-1");

    ReceivedRequest request = cluster.decode().chats().get(0);
    assertThat(request.headerValues("x-session-id")).containsExactly("s-1");
    assertThat(request.headers().toString())
        .doesNotContain("evil")
        .doesNotContain("6.6.6.6")
        .doesNotContain("a=b")
        .doesNotContainIgnoringCase("camel");
    assertThat(request.target()).isEqualTo("/v1/chat/completions");
  }

  @Test
  void passesTheHeadersItIsToldToEverywhere() {
    try (Cluster other =
        Cluster.start(1, 1, 1, "router.forward-headers", " X-Tenant , traceparent")) {
      other
          .router()
          .post(Requests.images(1), "x-tenant: t-1", "X-Tenant: t-2", "X-Session-ID: s-1");

      assertThat(other.chats())
          .hasSize(3)
          .allSatisfy(
              r -> {
                assertThat(String.join(",", r.headerValues("x-tenant")).replace(" ", ""))
                    .isEqualTo("t-1,t-2");
                assertThat(r.headerValues("x-session-id")).isEmpty();
              });
    }
  }

  @Test
  void rewritesHostToTheWorkers() {
    cluster.router().post(Requests.text(), "Host: public.example:8000");

    assertThat(cluster.decode().chats().get(0).headerValues("host"))
        .containsExactly("127.0.0.1:" + cluster.decode().port());
  }

  @Test
  void keepsBytesBeyondAsciiInHeaderValues() {
    cluster
        .router()
        .send(
            Requests.post(
                Requests.CHAT_PATH,
                Requests.text().getBytes(StandardCharsets.UTF_8),
                "X-Session-ID: \u00e9\u0085a\u00a0"));

    assertThat(cluster.decode().chats().get(0).headerValues("x-session-id"))
        .containsExactly("\u00e9\u0085a\u00a0");
  }

  @Test
  void readsHeaderNamesInAnyCase() {
    byte[] body = Requests.text().getBytes(StandardCharsets.UTF_8);

    RawResponse response =
        cluster
            .router()
            .send(
                Requests.concat(
                    ("POST /v1/chat/completions HTTP/1.1\r\n"
                            + "hOST: a\r\n"
                            + "cONTENT-tYPE: application/json\r\n"
                            + "X-SESSION-id: s\r\n"
                            + "cONTENT-lENGTH: "
                            + body.length
                            + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII),
                    body));

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.decode().chats().get(0).headerValues("x-session-id")).containsExactly("s");
  }

  @Test
  void refusesExpectationsItDoesNotKnow() {
    RawResponse response = cluster.router().post(Requests.text(), "Expect: the-unexpected");

    assertThat(response.status()).isEqualTo(417);
    assertThat(response.json().get("error").get("type").textValue())
        .isEqualTo("invalid_request_error");
    assertThat(cluster.chats()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void speaksToHttp10ClientsWithoutChunksOrInterimResponses(boolean streamed) {
    byte[] body =
        (streamed ? Requests.streamed() : Requests.text()).getBytes(StandardCharsets.UTF_8);
    try (RawClient client = cluster.router().connect()) {
      client.send(
          Requests.concat(
              Requests.head(
                  "POST /v1/chat/completions HTTP/1.0",
                  "Content-Type: application/json",
                  "Expect: 100-continue",
                  "Content-Length: " + body.length),
              body));
      RawResponse response = client.read();

      assertThat(response.informational()).isEmpty();
      assertThat(response.status()).isIn(200, 505);
      if (response.status() == 200) {
        assertThat(response.headerValues("transfer-encoding")).isEmpty();
        assertThat(response.text())
            .isEqualTo(
                streamed
                    ? "data: " + String.join("\n\ndata: ", Scripts.EVENTS) + "\n\n"
                    : Scripts.COMPLETION);
      }
      client.readUntilClose();
    }
  }

  @Test
  void keepsTheConnectionOpenAfterAHeadRequest() {
    try (RawClient client = cluster.router().connect()) {
      for (String target : List.of("/health", "/v1/models", "/nowhere", "/v1/chat/completions")) {
        client.send(Requests.head("HEAD " + target + " HTTP/1.1"));
        assertThat(client.readBodiless().status()).isIn(200, 404, 405);
      }
      assertThat(client.get("/nowhere").read().status()).isEqualTo(404);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sendsOneDate(boolean workerSendsIt) {
    if (workerSendsIt) {
      cluster
          .decode()
          .onChat((request, to) -> to.json(200, "{}", "date: Tue, 15 Nov 1994 08:12:31 GMT"));
    }

    assertThat(cluster.router().post(Requests.text()).headerValues("date")).hasSize(1);
    assertThat(cluster.router().get("/nowhere").headerValues("date")).hasSize(1);
  }

  @Test
  void leavesContentEncodingAlone() {
    byte[] zipped = {0x1f, (byte) 0x8b, 8, 0, 1, 2, 3, (byte) 0xff};
    cluster
        .decode()
        .onChat(
            (request, to) ->
                to.answer("200 OK", "application/json", zipped, "content-encoding: gzip"));

    RawResponse response = cluster.router().post(Requests.text(), "Accept-Encoding: gzip");

    assertThat(response.body()).isEqualTo(zipped);
    assertThat(response.headerValues("content-encoding")).containsExactly("gzip");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "FOO", "post", "PROPFIND"})
  void allowsNoOtherMethods(String method) {
    try (RawClient client = cluster.router().connect()) {
      client.send(Requests.head(method + " /v1/chat/completions HTTP/1.1", "X-Secret: canary"));
      RawResponse response = client.read();

      assertThat(response.status()).isIn(405, 501, 400);
      assertThat(response.text()).doesNotContain("canary");
      if (response.status() == 405) {
        assertThat(response.header("allow")).contains("POST");
      }
    }
    assertThat(cluster.chats()).isEmpty();
  }

  @Test
  void connectsNobodyToAnotherHost() {
    try (ScriptedWorker other = ScriptedWorker.decode();
        RawClient client = cluster.router().connect()) {
      client.send(
          Requests.head(
              "CONNECT 127.0.0.1:" + other.port() + " HTTP/1.1",
              "Host: 127.0.0.1:" + other.port()));

      assertThat(client.read().status()).isIn(400, 404, 405, 501);
      assertThat(other.connections()).isZero();
    }
  }

  @Test
  void goesToItsOwnWorkersWhateverTheTargetSays() {
    try (ScriptedWorker other = ScriptedWorker.decode()) {
      byte[] body = Requests.text().getBytes(StandardCharsets.UTF_8);

      RawResponse response =
          cluster.router().send(Requests.post(other.url() + "/v1/chat/completions", body));

      assertThat(response.status()).isIn(200, 400, 404);
      assertThat(other.connections()).isZero();
      if (response.status() == 200) {
        assertThat(cluster.decode().chats().get(0).target()).isEqualTo("/v1/chat/completions");
      }
    }
  }

  @Test
  void reflectsNoOriginWithCredentials() {
    RawResponse response =
        cluster
            .router()
            .send(
                Requests.head(
                    "OPTIONS /v1/chat/completions HTTP/1.1",
                    "Origin: https://evil.example",
                    "Access-Control-Request-Method: POST"));

    assertThat(response.status()).isIn(200, 204, 404, 405);
    assertThat(response.headers().toString()).doesNotContain("evil.example");
    assertThat(cluster.chats()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/../v1/chat/completions",
        "/v1/chat/./completions",
        "//v1/chat/completions",
        "/v1//chat/completions",
        "/v1/chat/completions/../../models",
        "/v1/chat/completions/..%2f",
        "/%2e%2e/v1/chat/completions",
        "/v1/chat%2fcompletions",
        "/v1/chat/completions;x=1",
        "/v1;/chat/completions",
        "/v1/chat/completions%00",
        "/v1/chat/completions%20",
        "/v1/chat/completion%73",
        "/v1\\chat\\completions",
        "/v1/chat/completions#fragment",
        "*"
      })
  void hasNoOtherSpellingsOfItsPaths(String target) {
    RawResponse response = postTo(target);

    assertThat(response.status()).isIn(400, 404);
    assertThat(cluster.chats()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/chat/completions/",
        "/v1/chat/completions?",
        "/v1/chat/completions?a=b&bridgeEndpoint=false&throwExceptionOnFailure=false"
      })
  void sendsWorkersTheOnePathTheyKnow(String target) {
    RawResponse response = postTo(target);

    assertThat(response.status()).isIn(200, 404);
    assertThat(cluster.chats())
        .allSatisfy(r -> assertThat(r.target()).isIn("/v1/chat/completions", target));
  }

  @Test
  void namesNoSoftwareInItsHeaders() {
    for (RawResponse response :
        List.of(cluster.router().post(Requests.text()), cluster.router().get("/nowhere"))) {
      assertThat(response.headers().stream().map(Header::name).toList().toString())
          .doesNotContainIgnoringCase("camel")
          .doesNotContainIgnoringCase("breadcrumb");
    }
  }

  private static RawResponse postTo(String target) {
    return cluster.router().post(target, Requests.text().getBytes(StandardCharsets.UTF_8));
  }
}
