package org.epdrouter.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** E1 to E7: JSON reaches the workers as the client wrote it, or not at all. */
final class JsonFidelityTest {
  /**
   * What implementations may do as they like, and this one does not take: depth of 500, and a BOM.
   */
  private static final Set<String> LEGAL_BUT_REFUSED =
      Set.of("i_structure_500_nested_arrays", "i_structure_UTF-8_BOM_empty_object");

  private static final String HEAD = "{\"model\":\"m\",\"messages\":[]";

  @RegisterExtension private static final Cluster cluster = Cluster.shared(0, 1, 1);

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void readsTheTestSuiteAsTheRfcSays(String name, String json) {
    byte[] member = bytes(HEAD + ",\"x\":" + json + "}");

    RawResponse response = post(member);

    // A JSON value as such is no chat request, legal or not.
    assertRefused(post(bytes(json)));
    if (name.startsWith("n_") || LEGAL_BUT_REFUSED.contains(name)) {
      assertRefused(response);
      assertThat(cluster.chats()).isEmpty();
    } else {
      assertForwarded(response, member);
    }
  }

  static Stream<Arguments> vectors() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    JsonFidelityTest.class.getResourceAsStream("json-test-suite.tsv")),
                StandardCharsets.UTF_8))) {
      List<String[]> vectors =
          lines.lines().filter(l -> !l.startsWith("#")).map(l -> l.split("\t", 2)).toList();
      assertThat(vectors).hasSizeGreaterThan(300);
      Stream.Builder<Arguments> arguments = Stream.builder();
      for (String[] vector : vectors) {
        arguments.add(Arguments.of(vector[0], mapper.readValue(vector[1], String.class)));
      }
      return arguments.build();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":[", "[{\"\":"})
  void refusesNestingWithoutEnd(String opening) {
    assertRefused(post(bytes(HEAD + ",\"x\":" + opening.repeat(100_000))));
    assertThat(cluster.chats()).isEmpty();
  }

  /** E2. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e400",
        "-1e9999",
        "1E6",
        "1.0",
        "-0",
        "-0.0e-0",
        "1.000000000000000005",
        "9223372036854775808",
        "18446744073709551616",
        "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890.5"
      })
  void keepsNumbersAsTheyAre(String number) {
    byte[] body = bytes(HEAD + ",\"seed\":" + number + ",\"max_tokens\":" + number + "}");

    assertForwarded(post(body), body);
  }

  /** E3: Python writes them, and vLLM would read them as numbers that no limit holds for. */
  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "nan", "+1", ".5", "0x10", "undefined"})
  void refusesWhatJsonHasNoNumbersFor(String number) {
    assertRefused(post(bytes(HEAD + ",\"temperature\":" + number + "}")));
    assertThat(cluster.chats()).isEmpty();
  }

  /** E4. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\ud800",
        "\\udc00\\ud800",
        "\\ud83d\\ude00",
        "\\u0000",
        "\\u2028\u2028\u2029",
        "\u007f\u0080\uffff\ufffd",
        "\\/\\b\\f\\n\\r\\t\\\"\\\\"
      })
  void keepsStringsAsTheyAre(String text) {
    byte[] body =
        bytes(
            HEAD + ",\"user\":\"" + text + "\",\"stop\":[\"" + text + "\"],\"" + text + "\":null}");

    assertForwarded(post(body), body);
  }

  /** E5, by RFC 3629, section 3 and 4. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "bf",
        "c0af",
        "c1bf",
        "c3",
        "c328",
        "e08080",
        "e09fbf",
        "e282",
        "eda080",
        "edbfbf",
        "eda0bdedb880",
        "f0808080",
        "f08fbfbf",
        "f09f98",
        "f4908080",
        "f5808080",
        "f888808080",
        "fc8480808080",
        "fe",
        "ff"
      })
  void refusesWhatIsNotUtf8(String hex) {
    byte[] bad = HexFormat.of().parseHex(hex);

    for (String place :
        List.of(",\"user\":\"", ",\"", ",\"x\":", ",\"messages2\":[\"aaaaaaaaaaa")) {
      byte[] body = Requests.concat(Requests.concat(bytes(HEAD + place), bad), bytes("\":1}"));

      assertRefused(post(body));
    }
    assertThat(cluster.chats()).isEmpty();
  }

  /** E5. */
  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void refusesOtherUnicodeEncodings(String charset) {
    assertRefused(post(Requests.text().getBytes(Charset.forName(charset))));
    assertThat(cluster.chats()).isEmpty();
  }

  /** E5. */
  @Test
  void refusesAByteOrderMark() {
    assertRefused(post(bytes("\ufeff" + Requests.text())));
    assertThat(cluster.chats()).isEmpty();
  }

  /** E6. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"model\":\"m\"",
        "\"model\":\"other\"",
        "\"mod\\u0065l\":\"other\"",
        "\"\\u006d\\u006f\\u0064\\u0065\\u006c\":\"m\"",
        "\"messages\":[]",
        "\"messa\\u0067es\":[]",
        "\"stream\":true,\"stream\":false",
        "\"stream\":true,\"str\\u0065am\":true"
      })
  void refusesTwoReadingsOfWhatItRoutesBy(String members) {
    assertRefused(post(bytes(Requests.text(members))));
    assertThat(cluster.chats()).isEmpty();
  }

  /** E6. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"user\":\"a\",\"user\":\"b\"",
        "\"Model\":\"x\",\"MODEL\":1,\"Stream\":7",
        "\"x\":{\"model\":1,\"model\":2,\"stream\":3,\"stream\":4}",
        "\"\":1,\"\":2"
      })
  void keepsOtherMembersThatComeTwice(String members) {
    byte[] body = bytes(Requests.text(members));

    assertForwarded(post(body), body);
  }

  /** E7. */
  @Test
  void keepsOrderAndBlanks() {
    byte[] body =
        bytes(
            "\r\n\t { \"z\" : 1 ,\t\"messages\"\n:\n[ { } ]\r, \"model\"  :  \"m\" , \"a\":[ ] } \n");

    assertForwarded(post(body), body);
  }

  private static RawResponse post(byte[] body) {
    return cluster.router().post(Requests.CHAT_PATH, body);
  }

  private static void assertForwarded(RawResponse response, byte[] body) {
    assertThat(response.status()).as(response.text()).isEqualTo(200);
    ReceivedRequest decode = cluster.decode().awaitChat(0);
    assertThat(DecodeContractTest.withoutParams(decode.text(), Scripts.TRANSFER_PARAMS))
        .isEqualTo(new String(body, StandardCharsets.UTF_8));
  }

  private static void assertRefused(RawResponse response) {
    assertThat(response.status()).as(response.text()).isEqualTo(400);
    assertThat(response.json().get("error").get("type").textValue())
        .isEqualTo("invalid_request_error");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
