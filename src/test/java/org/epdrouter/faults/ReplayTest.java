package org.epdrouter.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawClient;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The oracle of A: whatever the router accepts, other parsers of HTTP see the same requests in the
 * bytes that it sends to a worker, no more and no less, with the same bodies.
 */
final class ReplayTest {
  private static final String POST = "POST /v1/chat/completions HTTP/1.1\r\n";
  private static final String HOST = "Host: router\r\n";
  private static final String TYPE = "Content-Type: application/json\r\n";
  private static final String GET = "GET /v1/models HTTP/1.1\r\n";

  /** Has in it what looks like the end of a chunked body. */
  private static final String BODY = Requests.text("\"x\":\r\n0\r\n\r\n", "\"y\":\"é\"");

  private static final String TAIL = Requests.text("\"smuggled\":true");

  private static final String SMUGGLED =
      POST + HOST + TYPE + "Content-Length: " + TAIL.length() + "\r\n\r\n" + TAIL;

  private static final ParsedRequest CHAT = chat(BODY);
  private static final ParsedRequest MODELS = new ParsedRequest("GET", "/v1/models", "");

  @RegisterExtension
  private static final Cluster cluster = Cluster.shared(0, 0, 1, "router.health.interval", "off");

  @BeforeAll
  static void record() {
    cluster.decode().recording();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void sendsWhatOthersReadAsItDoes(String what, String sent, List<ParsedRequest> requests)
      throws Exception {
    List<ParsedRequest> expected = new ArrayList<>(requests);
    expected.add(chat(TAIL));

    try (RawClient client = cluster.router().connect()) {
      client.send(sent + SMUGGLED);
      for (int i = 0; i < expected.size(); i++) {
        boolean head = sent.startsWith("HEAD") && i == 0;
        RawResponse response = head ? client.readBodiless() : client.read();
        assertThat(response.status()).as("%s", response).isEqualTo(200);
      }
    }

    for (OtherParsers parser : OtherParsers.values()) {
      List<ParsedRequest> seen = new ArrayList<>();
      for (byte[] connection : cluster.decode().recorded()) {
        seen.addAll(parser.parse(connection));
      }
      assertThat(seen).as("%s", parser).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  static Stream<Arguments> accepted() {
    int length = BODY.getBytes(StandardCharsets.UTF_8).length;
    String sized = "Content-Length: " + length + "\r\n";
    String plain = POST + HOST + TYPE + sized + "\r\n" + BODY;
    String chunked = POST + HOST + TYPE + "Transfer-Encoding: chunked\r\n";
    String hex = Integer.toHexString(length);
    return Stream.of(
        of("Content-Length", plain, CHAT),
        of("chunked", chunked + "\r\n" + hex + "\r\n" + BODY + "\r\n0\r\n\r\n", CHAT),
        of(
            "chunked, a byte to a chunk",
            chunked + "\r\n" + bytewise(TAIL) + "0\r\n\r\n",
            chat(TAIL)),
        of(
            "chunk extensions",
            chunked
                + "\r\n"
                + ("00" + hex + ";a=b;c=\"d e\"\r\n" + BODY + "\r\n")
                + "000;last=\"0\"\r\n\r\n",
            CHAT),
        of(
            "trailers",
            chunked
                + "Trailer: X-T\r\n\r\n"
                + (hex + "\r\n" + BODY + "\r\n0\r\n")
                + "X-T: 1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"
                + "Host: evil\r\n\r\n",
            CHAT),
        of("2 pipelined", plain.repeat(2), CHAT, CHAT),
        of(
            "10 pipelined",
            plain.repeat(10),
            Collections.nCopies(10, CHAT).toArray(ParsedRequest[]::new)),
        of("GET", GET + HOST + "\r\n", MODELS),
        of("GET with a body", GET + HOST + sized + "\r\n" + BODY, MODELS),
        of(
            "GET with a chunked body",
            GET
                + HOST
                + "Transfer-Encoding: chunked\r\n\r\n"
                + (hex + "\r\n" + BODY + "\r\n0\r\n\r\n"),
            MODELS),
        of("HEAD with a body", GET.replace("GET", "HEAD") + HOST + sized + "\r\n" + BODY, MODELS),
        of("a query", plain.replace("completions ", "completions?a=b%20c&x=%0d%0a "), CHAT),
        of("lower case names", plain.replace("Content-Length", "content-length"), CHAT),
        of(
            "upper case coding",
            chunked.replace("chunked", "CHUNKED") + "\r\n" + hex + "\r\n" + BODY + "\r\n0\r\n\r\n",
            CHAT),
        of("no blank behind the colon", plain.replace("Length: ", "Length:"), CHAT),
        of(
            "blanks around a value",
            plain.replace(sized, "Content-Length: \t " + length + " \t\r\n"),
            CHAT),
        of(
            "headers that pass, of all bytes that a value may have",
            plain.replace(
                TYPE,
                TYPE
                    + "tracestate: a=\t~!\u00e9\u00ff, b\r\nx-session-id:\r\ntraceparent: ; , \"\r\n"),
            CHAT),
        of(
            "underscores for hyphens",
            plain.replace(TYPE, TYPE + "Transfer_Encoding: chunked\r\nContent_Length: 1\r\n"),
            CHAT),
        of(
            "framing headers named in Connection",
            plain.replace(TYPE, TYPE + "Connection: content-length, host, x-request-id\r\n"),
            CHAT),
        of("an empty line before the request", "\r\n" + plain, CHAT));
  }

  private static Arguments of(String what, String sent, ParsedRequest... requests) {
    return Arguments.of(what, sent, List.of(requests));
  }

  private static ParsedRequest chat(String body) {
    return new ParsedRequest("POST", Requests.CHAT_PATH, body.getBytes(StandardCharsets.UTF_8));
  }

  private static String bytewise(String body) {
    StringBuilder chunks = new StringBuilder();
    body.chars().forEach(c -> chunks.append("1\r\n").append((char) c).append("\r\n"));
    return chunks.toString();
  }
}
