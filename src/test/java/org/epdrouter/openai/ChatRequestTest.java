package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.epdrouter.openai.Bodies.refusal;
import static org.epdrouter.openai.Bodies.with;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatRequestTest {
  private static final int MIB = 1 << 20;

  @Test
  void readsModelAndStream() {
    ChatRequest request =
        Bodies.parse(
            "{\"messages\":[],\"stream\":true,\"model\":\"Qwen\\/Qw\\u0065n \\ud83d\\ude00 é\"}");

    assertThat(request.getModel()).isEqualTo("Qwen/Qwen 😀 é");
    assertThat(request.isStreaming()).isTrue();
    assertThat(request.getMediaItems()).isEmpty();
    request.release();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",\"stream\":false", ",\"stream\":null"})
  void doesNotStreamUnlessAsked(String member) {
    ChatRequest request = Bodies.parse(with(member));

    assertThat(request.isStreaming()).isFalse();
    request.release();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "1",
        "\"{}\"",
        "{",
        "{}{}",
        "{\"model\":\"m\",\"messages\":[]}x",
        "{\"model\":\"m\",\"messages\":[]} {}",
        "{\"model\":\"m\",\"messages\":[]}]",
        "{\"model\":\"m\",\"messages\":[],}",
        "{\"model\":\"m\",\"messages\":[,]}",
        "{\"model\":\"m\",\"messages\":[1,]}",
        "{\"model\":\"m\" \"messages\":[]}",
        "{\"model\":\"m\",\"messages\":[]",
        "{'model':\"m\",\"messages\":[]}",
        "{model:\"m\",\"messages\":[]}",
        "{\"model\":\"m\",\"messages\":[]/**/}",
        "{\"model\":\"m\",\"messages\":[}]}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"b}"
      })
  void refusesWhatIsNotOneJsonObject(String body) {
    OpenAiException refusal = refusal(body);

    assertThat(new String(refusal.body(), UTF_8))
        .contains("\"code\":\"invalid_json\"", "expected:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "Infinity",
        "-Infinity",
        "+1",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "0x1",
        "True",
        "nul",
        "'a'"
      })
  void refusesWhatIsNotAJsonValue(String value) {
    OpenAiException refusal = refusal(with(",\"x\":" + value));

    assertThat(refusal.getMessage()).startsWith("body: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e400",
        "-1e9999",
        "1E6",
        "1.0",
        "-0",
        "1.000000000000000005",
        "9223372036854775808",
        "18446744073709551616",
        "1234567890123456789012345678901234567890",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\u0000\"",
        "\"\u2028\"",
        "\"\u007f\"",
        "{\"a\":1,\"a\":2}"
      })
  void keepsLegalOddities(String value) {
    String body = with(",\"x\" : " + value + " , \"x\":" + value);

    ChatRequest request = Bodies.parse(body);

    assertThat(request.unchanged().toBytes()).isEqualTo(body.getBytes(UTF_8));
    request.release();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "BF",
        "C0AF",
        "C1BF",
        "C2",
        "C222",
        "E08080",
        "E09FBF",
        "EDA080",
        "EDBFBF",
        "EDA081EDB080",
        "E4B8",
        "E4B822",
        "F0808080",
        "F08FBFBF",
        "F4908080",
        "F5808080",
        "F888808080",
        "FE",
        "FF"
      })
  void refusesStringsThatAreNotUtf8(String hex) {
    byte[] wrong = HexFormat.of().parseHex(hex);

    for (int before : new int[] {0, 1, 100, 125, 126, 127, 128, 129, 200, 5000}) {
      byte[] start = ("{\"x\":\"" + "a".repeat(before)).getBytes(UTF_8);
      OpenAiException refusal = refusal(Bodies.concat(start, wrong, "bcdefgh\"}".getBytes(UTF_8)));

      assertThat(refusal).hasMessageContaining("UTF-8");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "\u0000",
        "\u001f",
        "\\x",
        "\\U0041",
        "\\ n",
        "\\u",
        "\\u004g",
        "\\u004\u0661",
        "\\\n",
        "\\u00\\n"
      })
  void refusesStringsThatAreNotJsonHoweverFarFromTheirBeginning(String wrong) {
    for (int before : new int[] {0, 1, 100, 120, 125, 126, 127, 128, 129, 200, 5000}) {
      OpenAiException refusal = refusal("{\"x\":\"" + "a".repeat(before) + wrong + "bcd\"}");

      assertThat(refusal).hasMessageStartingWith("body: not JSON at byte ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\\"",
        "\\\\",
        "\\/",
        "\\b\\f\\n\\r\\t",
        "\\u00aF",
        "\\ud83d\\ude00",
        "\\udc00",
        "{[,:]}",
        "é😀"
      })
  void takesStringsThatAreJsonHoweverFarFromTheirBeginning(String right) {
    for (int before : new int[] {0, 1, 100, 120, 125, 126, 127, 128, 129, 200, 5000}) {
      String member = ",\"x\":\"" + "a".repeat(before) + right + "bcd\",\"stream\":true";

      ChatRequest request = Bodies.parse(with(member));

      assertThat(request.edit().remove("stream").build().toBytes())
          .asString(UTF_8)
          .isEqualTo(with(member.replace(",\"stream\":true", "")));
      request.release();
    }
  }

  @Test
  void namesTheByteThatIsNotUtf8() {
    byte[] start = ("{\"x\":\"" + "a".repeat(1000)).getBytes(UTF_8);

    OpenAiException refusal = refusal(Bodies.concat(start, new byte[] {(byte) 0xFF}));

    assertThat(refusal).hasMessage("body: not UTF-8 at byte 1006 (expected: JSON in UTF-8)");
  }

  @Test
  void refusesOtherEncodingsAndByteOrderMarks() {
    String body = with("");

    for (String charset : new String[] {"UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE"}) {
      assertThat(refusal(body.getBytes(Charset.forName(charset)))).hasMessageStartingWith("body: ");
    }
    assertThat(refusal("\ufeff" + body)).hasMessageStartingWith("body: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model",
        "messages",
        "stream",
        "stream_options",
        "max_tokens",
        "max_completion_tokens",
        "min_tokens",
        "kv_transfer_params",
        "ec_transfer_params"
      })
  void refusesAMemberGivenTwiceOnWhichRoutingDepends(String name) {
    String last = name.substring(name.length() - 1);
    String spelled =
        name.substring(0, name.length() - 1) + String.format("\\u%04x", (int) last.charAt(0));
    String allEscaped =
        name.chars().mapToObj(c -> String.format("\\u%04X", c)).collect(Collectors.joining());

    for (String again : new String[] {name, spelled, allEscaped}) {
      for (String first : new String[] {name, again}) {
        String second = first.equals(name) ? again : name;
        OpenAiException refusal =
            refusal("{\"%s\":%s,\"%s\":%s}".formatted(first, value(name), second, value(name)));

        assertThat(refusal).hasMessageStartingWith(name + ": given again at byte ");
        assertThat(new String(refusal.body(), UTF_8)).contains("\"param\":\"" + name + "\"");
      }
    }
  }

  private static String value(String name) {
    return switch (name) {
      case "model" -> "\"m\"";
      case "messages" -> "[]";
      default -> "null";
    };
  }

  @Test
  void letsOtherDuplicatesAndOtherCasesPass() {
    String body = with(",\"a\":1,\"a\":2,\"Model\":1,\"STREAM\":2,\"x\":{\"model\":1,\"model\":2}");

    ChatRequest request = Bodies.parse(body);

    assertThat(request.getModel()).isEqualTo("m");
    request.release();
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "1", "\"\"", "[\"m\"]", "{}", "true"})
  void refusesWhatIsNoModel(String model) {
    OpenAiException refusal = refusal("{\"messages\":[],\"model\":" + model + "}");

    assertThat(refusal)
        .hasMessageStartingWith("model: another value at byte 23 (expected: a string");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "\\/", "é"})
  void boundsTheModelsName(String unit) {
    int width = unit.getBytes(UTF_8).length;
    String longest = unit.repeat(4096 / width);

    ChatRequest request = Bodies.parse(with("").replace("\"m\"", "\"" + longest + "\""));
    OpenAiException refusal = refusal(with("").replace("\"m\"", "\"" + longest + "a\""));

    assertThat(request.getModel()).hasSize(4096 / width);
    assertThat(refusal).hasMessageContaining("model: ").hasMessageContaining("4096 bytes");
    request.release();
  }

  @Test
  void refusesARequestWithoutModelOrMessages() {
    assertThat(refusal("{\"messages\":[]}")).hasMessage("model: missing (expected: a string)");
    assertThat(refusal("{\"model\":\"m\"}")).hasMessage("messages: missing (expected: an array)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "{}", "\"hi\"", "0"})
  void refusesMessagesThatAreNoArray(String messages) {
    OpenAiException refusal = refusal("{\"model\":\"m\",\"messages\":" + messages + "}");

    assertThat(refusal).hasMessageStartingWith("messages: another value at byte 24");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0", "\"true\"", "[]", "{}"})
  void refusesAStreamThatIsNoBoolean(String stream) {
    OpenAiException refusal = refusal(with(",\"stream\":" + stream));

    assertThat(refusal).hasMessageContaining("(expected: true, false or null)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"kv_transfer_params", "ec_transfer_params", "kv_transfer_param\\u0073"})
  void refusesTransferParamsOfTheClient(String name) {
    for (String value : new String[] {"{}", "{\"remote_host\":\"10.0.0.1\"}", "0", "\"\"", "[]"}) {
      OpenAiException refusal = refusal(with(",\"" + name + "\":" + value));

      assertThat(refusal.getMessage()).contains("transfer_params: given").doesNotContain("10.0");
    }
    Bodies.parse(with(",\"" + name + "\":null")).release();
  }

  @Test
  void refusesWhatNestsTooDeep() {
    String deepest = "[".repeat(255) + "]".repeat(255);

    Bodies.parse(with(",\"x\":" + deepest)).release();

    assertThat(refusal(with(",\"x\":[" + deepest + "]"))).hasMessageContaining("depth (257)");
    assertThat(refusal(with(",\"x\":" + "[".repeat(100_000)))).hasMessageContaining("depth");
    assertThat(refusal(with(",\"x\":" + "{\"a\":".repeat(100_000)))).hasMessageContaining("depth");
    assertThat(refusal("[".repeat(100_000)).status()).isEqualTo(400);
  }

  @Test
  void refusesEndlessNumbers() {
    Bodies.parse(with(",\"x\":" + "1".repeat(1000))).release();

    assertThat(refusal(with(",\"x\":" + "1".repeat(1001)))).hasMessageContaining("1001");
    assertThatThrownBy(() -> ChatRequest.parse(Bodies.repeated("{\"x\":", "1", "}")))
        .isInstanceOf(OpenAiException.class);
  }

  @Test
  void readsStringsOfAnyLength() {
    for (String unit :
        new String[] {"a", "\\/", "\\u0041", "é", "0123456789012345678901234567890\\n"}) {
      ByteBuf body = Bodies.repeated("{\"model\":\"m\",\"x\":\"", unit, "\",\"messages\":[]}");

      ChatRequest request = ChatRequest.parse(body);

      assertThat(request.size()).isGreaterThan(50 * MIB);
      request.release();
    }
  }

  @Test
  void takesTimeInProportionToTheNumberOfMembers() {
    StringBuilder members = new StringBuilder();
    for (int i = 0; i < 1_000_000; i++) {
      members.append(",\"").append(i).append("\":0");
    }
    StringBuilder longNames = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      longNames.append(",\"").append("é".repeat(500)).append(i).append("\":0");
    }
    // Two characters of one sum under String.hashCode, in every order: 2^16 names of one hash.
    StringBuilder collisions = new StringBuilder();
    for (int i = 0; i < 1 << 16; i++) {
      collisions.append(",\"");
      for (int bit = 0; bit < 16; bit++) {
        collisions.append(((i >> bit) & 1) == 0 ? "Aa" : "BB");
      }
      collisions.append("\":0");
    }

    assertTimeout(
        Duration.ofSeconds(10),
        () -> {
          Bodies.parse(with(members.toString())).release();
          Bodies.parse(with(longNames.toString())).release();
          Bodies.parse(with(collisions.toString())).release();
        });
  }

  @Test
  void neverTakesAShortenedNameForOneOnWhichRoutingDepends() {
    String escaped =
        "max_completion_tokens"
            .chars()
            .mapToObj(c -> String.format("\\u%04x", c))
            .collect(Collectors.joining());

    ChatRequest request =
        Bodies.parse(
            with(",\"" + escaped + "\":1,\"" + escaped + "a\":2,\"" + escaped + "abcdefgh\":3"));

    assertThat(
            new String(
                request.edit().set("max_completion_tokens", new byte[] {'9'}).build().toBytes(),
                UTF_8))
        .contains("s\":9,".replace("s", escaped), "a\":2", "abcdefgh\":3");
    request.release();
  }

  @Test
  void showsFewCharactersOfABadBody() {
    String secret = "s3cret".repeat(100);

    OpenAiException refusal = refusal("{\"model\":" + secret + "}");

    assertThat(refusal.getMessage()).hasSizeLessThan(250).doesNotContain("s3crets3crets3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":[}", "{\"a\":[", "{\"a\":NaN}", "{\"a\":1", "{\"a\":[}]", "{\"a"})
  void keepsTheParsersAsidesToItself(String body) {
    assertThat(refusal(body).getMessage())
        .matches("body: not JSON at byte \\d+: .* \\(expected: one JSON object\\)")
        .doesNotContain("Source", "Feature", "line");
  }

  @Test
  void doesNotShowContentAsText() {
    ChatRequest request =
        Bodies.parse(
            "{\"model\":\"a\\n\\u001b\\u202e"
                + "x".repeat(100)
                + "\",\"messages\":[{\"content\":\"secret\"}]}");

    String shown = request.toString();

    assertThat(shown)
        .startsWith("ChatRequest[model=a\\u000a\\u001b\\u202exxx")
        .contains("...", "streaming=false", "mediaItems=0", "size=" + request.size())
        .doesNotContain("secret")
        .hasSizeLessThan(160);
    request.release();
  }

  @Test
  void holdsOneReferenceUntilReleased() {
    ByteBuf body = Bodies.direct(with("").getBytes(UTF_8));
    ChatRequest request = ChatRequest.parse(body);
    SplicedBody unchanged = request.unchanged();

    assertThat(body.refCnt()).isEqualTo(1);
    request.release();
    request.release();

    assertThat(body.refCnt()).isZero();
    assertThatThrownBy(() -> unchanged.toByteBuf(UnpooledByteBufAllocator.DEFAULT))
        .isInstanceOf(IllegalReferenceCountException.class);
    assertThatThrownBy(unchanged::toBytes).isInstanceOf(IllegalReferenceCountException.class);
  }

  @Test
  void readsFromReaderToWriterIndex() {
    ByteBuf body = Bodies.direct(("xx" + with(",\"stream\":true") + "yy").getBytes(UTF_8));
    body.skipBytes(2).writerIndex(body.writerIndex() - 2);

    ChatRequest request = ChatRequest.parse(body);

    assertThat(request.unchanged().toBytes()).isEqualTo(with(",\"stream\":true").getBytes(UTF_8));
    request.release();
  }
}
