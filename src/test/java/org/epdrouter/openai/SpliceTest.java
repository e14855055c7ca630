package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.epdrouter.openai.ChatFields.KV_TRANSFER_PARAMS;
import static org.epdrouter.openai.ChatFields.MAX_TOKENS;
import static org.epdrouter.openai.ChatFields.MESSAGES;
import static org.epdrouter.openai.ChatFields.MIN_TOKENS;
import static org.epdrouter.openai.ChatFields.MODEL;
import static org.epdrouter.openai.ChatFields.STREAM;
import static org.epdrouter.openai.ChatFields.STREAM_OPTIONS;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class SpliceTest {
  private static final String NEEDED = "\"model\" : \"m\" ,\t\"messages\":[ ]";

  @Test
  void replacesAValueAndNothingElse() {
    assertThat(edit("{ " + NEEDED + " ,\"stream\" :\ttrue\n, \"x\" : 1.0 }", set(STREAM, "7")))
        .isEqualTo("{ " + NEEDED + " ,\"stream\" :\t7\n, \"x\" : 1.0 }");
    assertThat(edit("{\"max_tokens\":-1.5e3," + NEEDED + "}", set(MAX_TOKENS, "1")))
        .isEqualTo("{\"max_tokens\":1," + NEEDED + "}");
    assertThat(
            edit(
                "{" + NEEDED + ",\"str\\u0065am_options\":{\"a\":[{}]}}", set(STREAM_OPTIONS, "2")))
        .isEqualTo("{" + NEEDED + ",\"str\\u0065am_options\":2}");
    assertThat(edit("{" + NEEDED + ",\"min_tokens\":\"a\\\"b\"}", set(MIN_TOKENS, "[3]")))
        .isEqualTo("{" + NEEDED + ",\"min_tokens\":[3]}");
  }

  @Test
  void appendsAnAbsentMemberAtTheEnd() {
    assertThat(edit("{" + NEEDED + "\n}\n", set(KV_TRANSFER_PARAMS, "{\"a\":1}")))
        .isEqualTo("{" + NEEDED + "\n,\"kv_transfer_params\":{\"a\":1}}\n");
    assertThat(edit("{" + NEEDED + "}", set(STREAM, "1"), set(MIN_TOKENS, "2")))
        .isEqualTo("{" + NEEDED + ",\"stream\":1,\"min_tokens\":2}");
  }

  @Test
  void setsIfPresentOnlyWhatThereIs() {
    String body = "{" + NEEDED + ",\"max_tokens\":5}";

    assertThat(edit(body, splice -> splice.setIfPresent(MAX_TOKENS, bytes("1"))))
        .isEqualTo("{" + NEEDED + ",\"max_tokens\":1}");
    assertThat(edit(body, splice -> splice.setIfPresent(STREAM, bytes("1")))).isEqualTo(body);
  }

  @Test
  void removesTheFirstMember() {
    assertThat(edit("{ \"stream\" : true , " + NEEDED + " }", remove(STREAM)))
        .isEqualTo("{ " + NEEDED + " }");
    assertThat(edit("{\"stream\":1,\"x\":2,".replace("1", "null") + NEEDED + "}", remove(STREAM)))
        .isEqualTo("{\"x\":2," + NEEDED + "}");
  }

  @Test
  void removesTheLastMember() {
    assertThat(edit("{" + NEEDED + " , \"stream\" : true } ", remove(STREAM)))
        .isEqualTo("{" + NEEDED + "  } ");
    assertThat(edit("{" + NEEDED + ",\"x\":\",\",\"stream\":true}", remove(STREAM)))
        .isEqualTo("{" + NEEDED + ",\"x\":\",\"}");
  }

  @Test
  void removesAMemberInTheMiddle() {
    assertThat(edit("{" + NEEDED + " ,\n\"stream\" :null , \"x\":1}", remove(STREAM)))
        .isEqualTo("{" + NEEDED + "  , \"x\":1}");
  }

  @Test
  void removesNeighbours() {
    String body = "{\"stream\":true,\"max_tokens\":1, \"min_tokens\":2 ," + NEEDED + "}";
    String atTheEnd = "{" + NEEDED + ",\"stream\":true , \"max_tokens\":1,\"min_tokens\":2}";
    String around =
        "{\"stream\":true,\"x\":0,\"max_tokens\":1,\"y\":0,\"min_tokens\":2," + NEEDED + "}";

    for (String each : new String[] {body, atTheEnd, around}) {
      String edited = edit(each, remove(STREAM), remove(MAX_TOKENS), remove(MIN_TOKENS));

      assertThat(edited.replace(" ", "").replace("\"x\":0,\"y\":0,", ""))
          .isEqualTo("{" + NEEDED.replace(" ", "") + "}");
    }
  }

  @Test
  void removesEverything() {
    String body = "{ \"model\":\"m\" , \"messages\":[], \"stream\":true }";

    assertThat(edit(body, remove(MODEL), remove(MESSAGES), remove(STREAM))).isEqualTo("{  }");
    assertThat(edit(body, remove(MODEL), remove(MESSAGES), remove(STREAM), set(MIN_TOKENS, "1")))
        .isEqualTo("{  \"min_tokens\":1}");
    assertThat(edit(body, remove(MODEL), set(MESSAGES, "1"), remove(STREAM)))
        .isEqualTo("{ \"messages\":1 }");
  }

  @Test
  void removesNothingThatIsAbsent() {
    assertThat(edit("{" + NEEDED + "}", remove(STREAM))).isEqualTo("{" + NEEDED + "}");
  }

  @Test
  void letsTheLastEditOfAMemberHold() {
    String body = "{" + NEEDED + ",\"stream\":true}";

    assertThat(edit(body, set(STREAM, "1"), set(STREAM, "2")))
        .isEqualTo("{" + NEEDED + ",\"stream\":2}");
    assertThat(edit(body, set(STREAM, "1"), remove(STREAM))).isEqualTo("{" + NEEDED + "}");
    assertThat(edit(body, remove(STREAM), set(STREAM, "1")))
        .isEqualTo("{" + NEEDED + ",\"stream\":1}");
    assertThat(edit(body, set(MIN_TOKENS, "1"), remove(MIN_TOKENS))).isEqualTo(body);
  }

  @Test
  void leavesTheRequestAsItIs() {
    ChatRequest request = Bodies.parse("{" + NEEDED + ",\"stream\":true}");
    SplicedBody edited = request.edit().remove(STREAM).build();

    assertThat(text(request.unchanged())).isEqualTo("{" + NEEDED + ",\"stream\":true}");
    assertThat(text(edited)).isEqualTo("{" + NEEDED + "}");
    request.release();
  }

  @Test
  void knowsNoOtherMembers() {
    ChatRequest request = Bodies.parse("{" + NEEDED + "}");
    Splice splice = request.edit();

    assertThatThrownBy(() -> splice.remove("temperature"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("temperature");
    request.release();
  }

  @SafeVarargs
  private static String edit(String body, UnaryOperator<Splice>... edits) {
    ChatRequest request = Bodies.parse(body);
    Splice splice = request.edit();
    for (UnaryOperator<Splice> edit : edits) {
      splice = edit.apply(splice);
    }
    String edited = text(splice.build());
    request.release();
    return edited;
  }

  private static UnaryOperator<Splice> set(String name, String json) {
    return splice -> splice.set(name, bytes(json));
  }

  private static UnaryOperator<Splice> remove(String name) {
    return splice -> splice.remove(name);
  }

  private static byte[] bytes(String json) {
    return json.getBytes(UTF_8);
  }

  private static String text(SplicedBody body) {
    return new String(body.toBytes(), UTF_8);
  }
}
