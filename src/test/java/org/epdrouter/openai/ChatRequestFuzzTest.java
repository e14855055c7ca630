package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

/** Looks for bytes that the splicer reads in another way than plain Jackson, guided by coverage. */
final class ChatRequestFuzzTest {

  @MethodSource("seeds")
  @DictionaryEntries({
    "\"model\":\"m\"",
    "\"messages\":[",
    "\"stream\":true",
    "\"content\":[",
    "\"type\":\"image_url\"",
    "\"image_url\":{\"url\":\"",
    "\"input_audio\":{",
    "\"kv_transfer_params\":null",
    "\"max_tokens\":1",
    "\\u006d",
    "\\\"",
    "\\\\",
    "\\ud83d\\ude00"
  })
  @Timeout(180)
  @FuzzTest(maxDuration = "20s")
  void readsAndEditsAsPlainJacksonDoes(byte[] body) {
    Random random = new Random(Arrays.hashCode(body));

    ChatRequestOracle.assertAgrees(body, random);
    if (PlainJson.read(body) != null) {
      ChatRequestOracle.assertEdits(body, random);
    }
  }

  static Stream<byte[]> seeds() {
    return IntStream.range(0, 10)
        .mapToObj(seed -> new RandomJson(new Random(seed)).request().getBytes(UTF_8));
  }
}
