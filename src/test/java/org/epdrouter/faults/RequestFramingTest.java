package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterUnderTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests whose end two parsers could see at different places (RFC 9112, sections 2, 5, 6, 7 and
 * 11.2) are refused, the connection is closed, and no worker hears of them.
 */
final class RequestFramingTest {
  private static final String BODY = Requests.text();
  private static final int LENGTH = BODY.length();
  private static final String CHUNKED =
      Integer.toHexString(LENGTH) + "\r\n" + BODY + "\r\n0\r\n\r\n";
  private static final String POST = "POST /v1/chat/completions HTTP/1.1\r\n";
  private static final String HOST = "Host: router\r\n";
  private static final String TYPE = "Content-Type: application/json\r\n";

  /** What an attacker would like to see treated as a request of its own. */
  private static final String SMUGGLED =
      POST
          + HOST
          + TYPE
          + "X-Request-Id: smuggled\r\nContent-Length: "
          + LENGTH
          + "\r\n\r\n"
          + BODY;

  @RegisterExtension
  private static final Cluster cluster =
      Cluster.shared(0, 0, 1, "router.header-timeout", "700ms", "router.body-timeout", "700ms");

  @Test
  void takesTheRequestsThatTheOthersAreMadeFrom() {
    assertThat(answersTo(POST + HOST + TYPE + "Content-Length: " + LENGTH + "\r\n\r\n" + BODY))
        .startsWith("HTTP/1.1 200 ");
    assertThat(answersTo(POST + HOST + TYPE + "Transfer-Encoding: chunked\r\n\r\n" + CHUNKED))
        .startsWith("HTTP/1.1 200 ");
    assertThat(cluster.decode().chats()).hasSize(2);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"bodyFramings", "chunkings", "headerLines", "hosts", "requestLines"})
  void refuses(String what, String request) {
    try (RawClient client = cluster.router().connect()) {
      client.trySend(latin1(request + SMUGGLED));

      assertRefused(client.readUntilClose(), what);
    }
    assertNothingCameThrough();
  }

  /** A1 to A7. */
  static Stream<Arguments> bodyFramings() {
    Stream<Arguments> named =
        Stream.of(
            framing("A1 CL.TE", "Content-Length: " + LENGTH, "Transfer-Encoding: chunked"),
            framing(
                "A2 TE.CL", "Transfer-Encoding: chunked", "Content-Length: " + CHUNKED.length()),
            framing("A1 CL 0 and TE", "Content-Length: 0", "Transfer-Encoding: chunked"),
            Arguments.of(
                "A3 TE in HTTP/1.0",
                POST.replace("1.1", "1.0") + HOST + "Transfer-Encoding: chunked\r\n\r\n" + CHUNKED),
            Arguments.of(
                "A3 TE and CL in HTTP/1.0",
                POST.replace("1.1", "1.0")
                    + HOST
                    + "Transfer-Encoding: chunked\r\nContent-Length: "
                    + LENGTH
                    + "\r\n\r\n"
                    + CHUNKED),
            framing("A4 different CLs", "Content-Length: " + LENGTH, "Content-Length: 1"),
            framing("A4 CL list", "Content-Length: " + LENGTH + ", 1"),
            framing("A6 two TEs", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
            framing(
                "A6 two TEs, one identity",
                "Transfer-Encoding: chunked",
                "Transfer-Encoding: identity"),
            framing(
                "A6 two TEs, one unknown", "Transfer-Encoding: x", "Transfer-Encoding: chunked"));
    Stream<Arguments> lengths =
        Stream.of(
                "+" + LENGTH,
                "-1",
                "-0",
                "0x1",
                "1_0",
                "",
                "9999999999999999999",
                "18446744073709551617",
                LENGTH + ".0",
                LENGTH + "e0",
                "1 0",
                "\u0661",
                "\u00b2",
                "," + LENGTH,
                LENGTH + ",",
                "\"" + LENGTH + "\"",
                LENGTH + ";x",
                LENGTH + "\u00a0",
                LENGTH + "\u000b")
            .map(cl -> framing("A5 Content-Length: " + cl, "Content-Length: " + cl));
    Stream<Arguments> codings =
        Stream.of(
                "xchunked",
                "chunkedx",
                "chunked, x",
                "chunked, chunked",
                "chunked,",
                "gzip, chunked",
                "gzip",
                ",chunked",
                "identity",
                "identity, chunked",
                "chunked, identity",
                "\"chunked\"",
                "'chunked'",
                "chunked;q=1",
                "chunk",
                "",
                "\u00a0chunked",
                "\u000bchunked",
                "\u00ffchunked",
                "chunked\u00a0",
                "chunked\u000b",
                "chunked\u00ff",
                "chun\u0131ked",
                "c h u n k e d")
            .map(te -> framing("A7 Transfer-Encoding: " + te, "Transfer-Encoding: " + te));
    return Stream.of(named, lengths, codings).flatMap(s -> s);
  }

  /** A12: the tail would be a request if the chunked body were thought to end early. */
  static Stream<Arguments> chunkings() {
    String size = Integer.toHexString(LENGTH);
    return Stream.of(
            "+" + size + "\r\n" + BODY + "\r\n0\r\n\r\n",
            "-" + size + "\r\n" + BODY + "\r\n0\r\n\r\n",
            "0x" + size + "\r\n" + BODY + "\r\n0\r\n\r\n",
            " " + size + "\r\n" + BODY + "\r\n0\r\n\r\n",
            "\t" + size + "\r\n" + BODY + "\r\n0\r\n\r\n",
            size + " " + size + "\r\n" + BODY + "\r\n0\r\n\r\n",
            "\r\n" + BODY + "\r\n0\r\n\r\n",
            "g\r\n" + BODY + "\r\n0\r\n\r\n",
            "ffffffffffffffff1\r\n" + BODY + "\r\n0\r\n\r\n",
            "1000000000000000" + size + "\r\n" + BODY + "\r\n0\r\n\r\n",
            "100000000" + size + "\r\n" + BODY + "\r\n0\r\n\r\n",
            size + ";a\nb\r\n" + BODY + "\r\n0\r\n\r\n",
            size + ";a\rb\r\n" + BODY + "\r\n0\r\n\r\n",
            size + ";a=\"\r\n\"\r\n" + BODY + "\r\n0\r\n\r\n",
            size + ";a=\u0000\r\n" + BODY + "\r\n0\r\n\r\n",
            size + "\n" + BODY + "\r\n0\r\n\r\n",
            size + "\r" + BODY + "\r\n0\r\n\r\n",
            size + "\r\n" + BODY + "\n0\r\n\r\n",
            size + "\r\n" + BODY + "0\r\n\r\n",
            size + "\r\n" + BODY + "XX0\r\n\r\n",
            size + "\r\n" + BODY + "\r\n0\r\nX",
            size + "\r\n" + BODY + "\r\n0\r\n",
            size + "\r\n" + BODY + "\r\n0\n\n",
            size + "\r\n" + BODY + "\r\n0\r\n\n",
            size + "\r\n" + BODY + "\r\n0\r\nBad Trailer: x\r\n\r\n",
            size + "\r\n" + BODY + "\r\n0\r\nA : x\r\n\r\n")
        .map(
            body ->
                Arguments.of(
                    "A12 " + visible(body.replace(BODY, "<body>")),
                    POST + HOST + TYPE + "Transfer-Encoding: chunked\r\n\r\n" + body));
  }

  /** A9 to A11. */
  static Stream<Arguments> headerLines() {
    String end = "Content-Length: " + LENGTH + "\r\n\r\n" + BODY;
    return Stream.of(
        Arguments.of("A9 obs-fold", POST + HOST + "X-A: 1\r\n 2\r\n" + end),
        Arguments.of("A9 obs-fold with tab", POST + HOST + "X-A: 1\r\n\t2\r\n" + end),
        Arguments.of(
            "A9 folded TE", POST + HOST + "Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNKED),
        Arguments.of("A9 folded CL", POST + HOST + "Content-Length:\r\n " + end.substring(16)),
        Arguments.of("A9 fold in the first header", POST + " X-A: 1\r\n" + HOST + end),
        Arguments.of("A10 bare LF everywhere", (POST + HOST + end).replace("\r\n", "\n")),
        Arguments.of("A10 bare LF after the request line", POST.replace("\r", "") + HOST + end),
        Arguments.of("A10 bare LF after a header", POST + HOST + "X-A: 1\n" + end),
        Arguments.of(
            "A10 bare LF before the body", POST + HOST + end.replace("\r\n\r\n", "\r\n\n")),
        Arguments.of("A10 bare CR in a value", POST + HOST + "X-A: 1\r2\r\n" + end),
        Arguments.of(
            "A10 bare CR hides a header", POST + HOST + "X-A: 1\rContent-Length: 0\r\n" + end),
        Arguments.of("A10 NUL in a value", POST + HOST + "X-A: 1\u00002\r\n" + end),
        Arguments.of("A10 NUL in a name", POST + HOST + "X\u0000A: 1\r\n" + end),
        Arguments.of("A10 BEL in a value", POST + HOST + "X-A: 1\u00072\r\n" + end),
        Arguments.of("A10 DEL in a value", POST + HOST + "X-A: 1\u007f2\r\n" + end),
        Arguments.of("A11 blank before the colon", POST + HOST + "X-A : 1\r\n" + end),
        Arguments.of("A11 tab before the colon", POST + HOST + "X-A\t: 1\r\n" + end),
        Arguments.of("A11 blank before the colon of CL", POST + HOST + end.replace(":", " :")),
        Arguments.of(
            "A11 blank before the colon of TE",
            POST + HOST + "Transfer-Encoding : chunked\r\n\r\n" + CHUNKED),
        Arguments.of("A11 no colon", POST + HOST + "X-A\r\n" + end),
        Arguments.of("A11 empty name", POST + HOST + ": 1\r\n" + end),
        Arguments.of("A11 blank in a name", POST + HOST + "X A: 1\r\n" + end),
        Arguments.of("A11 slash in a name", POST + HOST + "X/A: 1\r\n" + end),
        Arguments.of("A11 obs-text in a name", POST + HOST + "X\u00e9: 1\r\n" + end),
        Arguments.of("A11 bracket in a name", POST + HOST + "(X): 1\r\n" + end));
  }

  /** A15. */
  static Stream<Arguments> hosts() {
    String end = "Content-Length: " + LENGTH + "\r\n\r\n" + BODY;
    return Stream.of(
            "",
            HOST + "Host: other\r\n",
            HOST + HOST,
            "Host: a@b\r\n",
            "Host: a b\r\n",
            "Host: a/b\r\n",
            "Host: a, b\r\n",
            "Host: a?b\r\n",
            "Host: a#b\r\n",
            "Host: a:b\r\n",
            "Host: [::1\r\n")
        .map(host -> Arguments.of("A15 " + visible(host), POST + host + TYPE + end));
  }

  /** A11 and A16. */
  static Stream<Arguments> requestLines() {
    String end = HOST + TYPE + "Content-Length: " + LENGTH + "\r\n\r\n" + BODY;
    String target = "/v1/chat/completions";
    return Stream.of(
            "POST " + target,
            "POST " + target + " HTTP/0.9",
            "POST " + target + " HTTP/1.2",
            "POST " + target + " HTTP/2.0",
            "POST " + target + " HTTP/3",
            "POST " + target + " HTTP/1.10",
            "POST " + target + " HTTP/01.1",
            "POST " + target + " HTTP/1",
            "POST " + target + " http/1.1",
            "POST " + target + " HTTPS/1.1",
            "POST " + target + " HTTP/1.1x",
            "POST " + target + " x HTTP/1.1",
            "P(ST " + target + " HTTP/1.1",
            "PO\u0000ST " + target + " HTTP/1.1",
            "\u0000POST " + target + " HTTP/1.1",
            "\u0001\u0002POST " + target + " HTTP/1.1",
            "\u00a0POST " + target + " HTTP/1.1",
            "\u00ef\u00bb\u00bfPOST " + target + " HTTP/1.1",
            "P\u00d6ST " + target + " HTTP/1.1",
            "POST /v1/chat/com\u0000pletions HTTP/1.1",
            "POST /v1/chat/completions\u007f HTTP/1.1",
            "POST",
            "")
        .map(
            line ->
                Arguments.of(
                    "A16 " + visible(line),
                    // An empty line before a request line may be skipped: make it one that starts
                    // no request.
                    line.isEmpty() ? "\r\n: \r\n" + end : line + "\r\n" + end));
  }

  @Test
  void refusesTheHttp2Preface() {
    try (RawClient client = cluster.router().connect()) {
      client.trySend(latin1("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED));

      assertRefused(client.readUntilClose(), "A16");
    }
    assertNothingCameThrough();
  }

  /**
   * A8: a byte in ten places of the header that announces chunks; beside it a length that covers
   * the chunks as they are.
   */
  @ParameterizedTest
  @ValueSource(
      ints = {0x01, 0x04, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1f, 0x20, 0x7f, 0xa0, 0xff})
  void neverReadsChunksThatAStrangeHeaderAnnounces(int octet) {
    char c = (char) octet;
    List<String> lines =
        List.of(
            c + "Transfer-Encoding: chunked",
            "Transfer" + c + "-Encoding: chunked",
            "Transfer-Encoding" + c + ": chunked",
            "Transfer-Encoding:" + c + "chunked",
            "Transfer-Encoding: " + c + "chunked",
            "Transfer-Encoding: chun" + c + "ked",
            "Transfer-Encoding: chunked" + c,
            "Transfer-Encoding: chunked" + c + " ",
            "Transfer-Encoding: chunked," + c,
            "Transfer-Encoding: x" + c + "chunked");

    for (String line : lines) {
      String request =
          POST
              + HOST
              + TYPE
              + line
              + "\r\nContent-Length: "
              + CHUNKED.length()
              + "\r\n\r\n"
              + CHUNKED;
      try (RawClient client = cluster.router().connect()) {
        client.trySend(latin1(request));
        client.halfCloseQuietly();
        assertThat(client.readUntilClose()).as(visible(line)).doesNotContain("HTTP/1.1 200");
      }
    }
    assertNothingCameThrough();
  }

  @Test
  void takesEqualLengthsAsOneOrRefuses() {
    String answers =
        answersTo(
            POST + HOST + TYPE + ("Content-Length: " + LENGTH + "\r\n").repeat(2) + "\r\n" + BODY);

    assertThat(answers).doesNotContain("HTTP/1.1 5");
    cluster.sentinel();
    assertThat(cluster.decode().chats())
        .allSatisfy(r -> assertThat(r.headerValues("content-length")).hasSize(1));
  }

  @Test
  void takesChunkExtensionsAndTrailersAndPassesNeitherOn() {
    String half = Integer.toHexString(10);
    String rest = Integer.toHexString(LENGTH - 10);

    String answers =
        answersTo(
            POST
                + HOST
                + TYPE
                + "Transfer-Encoding: chunked\r\nTrailer: X-Trailer\r\n\r\n"
                + (half + ";a=b;c=\"d e\"\r\n" + BODY.substring(0, 10) + "\r\n")
                + ("0" + rest + ";x\r\n" + BODY.substring(10) + "\r\n")
                + "0;last\r\n"
                + "X-Trailer: 1\r\n"
                + "Content-Length: 3\r\n"
                + "Transfer-Encoding: chunked\r\n"
                + "Host: evil\r\n"
                + "X-Request-Id: evil\r\n"
                + "Authorization: evil\r\n\r\n");

    assertThat(answers).startsWith("HTTP/1.1 200 ").doesNotContain("evil");
    ReceivedRequest request = cluster.decode().chats().get(0);
    assertThat(request.text()).isEqualTo(BODY);
    assertThat(request.header("x-trailer")).isNull();
    assertThat(request.headers().toString()).doesNotContain("evil");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  void consumesTheBodyOfARequestThatNeedsNone(String method) {
    try (RawClient client = cluster.router().connect()) {
      client.send(Requests.head(method + " /health HTTP/1.1", "Content-Length: 5"));
      client.send("helloGET /nowhere HTTP/1.1\r\nHost: router\r\n\r\n");

      RawResponse first = method.equals("GET") ? client.read() : client.readBodiless();
      assertThat(first.status()).isIn(200, 400, 405);
      if (first.status() == 400) {
        client.readUntilClose();
      } else {
        assertThat(client.read().status()).isEqualTo(404);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 10})
  void answersPipelinedRequestsInOrder(int requests) {
    cluster
        .decode()
        .onChat(
            (request, to) -> {
              if (request.requestId().endsWith("-0")) {
                cluster.router().get("/health");
              }
              to.json(200, "{\"id\":\"" + request.requestId() + "\"}");
            });
    String parent = RouterUnderTest.newId();
    List<String> ids = IntStream.range(0, requests).mapToObj(i -> parent + "-" + i).toList();
    byte[] all =
        ids.stream()
            .map(id -> Requests.post(Requests.CHAT_PATH, latin1(BODY), "X-Request-Id: " + id))
            .reduce(new byte[0], Requests::concat);

    List<String> answered = new ArrayList<>();
    try (RawClient client = cluster.router().connect()) {
      client.send(all);
      while (answered.size() < requests) {
        RawResponse response = client.read();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.json().get("id").textValue())
            .isEqualTo(response.header("x-request-id"));
        answered.add(response.json().get("id").textValue());
        if ("close".equals(response.header("connection"))) {
          break;
        }
      }
    }

    assertThat(answered).isNotEmpty().isEqualTo(ids.subList(0, answered.size()));
  }

  @Test
  void answersTheFirstOfTwoWhenTheSecondIsInvalid() {
    try (RawClient client = cluster.router().connect()) {
      client.send(
          Requests.concat(
              Requests.post(Requests.CHAT_PATH, latin1(BODY)),
              latin1("BAD LINE\r\nContent-Length: x\r\n\r\n" + SMUGGLED)));

      RawResponse first = client.read();
      assertThat(first.status()).isEqualTo(200);
      assertThat(first.isComplete()).isTrue();
      assertThat(client.readUntilClose()).doesNotContain("HTTP/1.1 200");
    }
    assertThat(cluster.decode().chatsOf("smuggled")).isEmpty();
    assertThat(cluster.decode().chats()).hasSize(1);
  }

  @Test
  void closesWhenAskedAndIgnoresWhatFollows() {
    try (RawClient client = cluster.router().connect()) {
      client.send(
          Requests.concat(
              Requests.post(Requests.CHAT_PATH, latin1(BODY), "Connection: close"),
              latin1(SMUGGLED)));

      assertThat(client.read().status()).isEqualTo(200);
      assertThat(client.readUntilClose()).isEmpty();
    }
    cluster.sentinel();
    assertThat(cluster.decode().chatsOf("smuggled")).isEmpty();
  }

  @Test
  void dropsAHeaderThatLooksLikeTransferEncoding() {
    String answers =
        answersTo(
            POST
                + HOST
                + TYPE
                + "Transfer_Encoding: chunked\r\nContent_Length: 1\r\nContent-Length: "
                + LENGTH
                + "\r\n\r\n"
                + BODY);

    assertThat(answers).startsWith("HTTP/1.1 200 ");
    ReceivedRequest request = cluster.decode().chats().get(0);
    assertThat(request.text()).isEqualTo(BODY);
    assertThat(request.header("transfer_encoding")).isNull();
    assertThat(request.header("content_length")).isNull();
  }

  private static Arguments framing(String what, String... headers) {
    String body = String.join("", headers).contains("Transfer") ? CHUNKED : BODY;
    return Arguments.of(
        visible(what), POST + HOST + TYPE + String.join("\r\n", headers) + "\r\n\r\n" + body);
  }

  /** Everything the router says until it closes, which it is asked to do. */
  private static String answersTo(String request) {
    try (RawClient client = cluster.router().connect()) {
      client.send(latin1(request.replaceFirst("\r\n", "\r\nConnection: close\r\n")));
      return client.readUntilClose();
    }
  }

  /** "400c": one refusal or none, then the close that was already waited for. */
  private static void assertRefused(String answers, String what) {
    if (!answers.isEmpty()) {
      assertThat(answers).as(what).matches("(?s)HTTP/1\\.[01] (400|408|414|431|501|505) .*");
      assertThat(answers.split("HTTP/1\\.[01] [1-5]", -1)).as(what + ": answers").hasSize(2);
      assertThat(answers).as(what).contains("\"error\"");
    }
  }

  private static void assertNothingCameThrough() {
    assertThat(cluster.decode().chats()).isEmpty();
    cluster.sentinel();
    assertThat(cluster.decode().chats()).hasSize(1);
  }

  private static String visible(String text) {
    StringBuilder visible = new StringBuilder();
    text.chars()
        .limit(90)
        .forEach(
            c ->
                visible.append(
                    c >= ' ' && c < 0x7f ? Character.toString(c) : String.format("\\x%02x", c)));
    return visible.toString();
  }

  /** Characters up to 0xff as one byte each, others as UTF-8. */
  private static byte[] latin1(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    text.codePoints()
        .forEach(
            c ->
                bytes.writeBytes(
                    Character.toString(c)
                        .getBytes(
                            c < 0x100 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8)));
    return bytes.toByteArray();
  }
}
