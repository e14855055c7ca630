package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import org.junit.jupiter.api.Test;

final class Utf8CheckTest {
  private static final int[] EDGES = {
    0x00, 0x22, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x91, 0x9F, 0xA0, 0xA1, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
    0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFD, 0xFE, 0xFF
  };

  private final CharsetDecoder decoder =
      UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);

  @Test
  void agreesWithTheStrictDecoderOnEveryPairOfBytes() {
    for (int first = 0; first < 256; first++) {
      for (int second = 0; second < 256; second++) {
        assertAgrees(first, second, 'a', 'a');
      }
    }
  }

  @Test
  void agreesWithTheStrictDecoderAtTheEdgesOfEveryRange() {
    for (int first : EDGES) {
      for (int second : EDGES) {
        for (int third : EDGES) {
          for (int fourth : EDGES) {
            assertAgrees(first, second, third, fourth);
          }
        }
      }
    }
  }

  @Test
  void takesEveryCharacter() {
    for (int c = 0x80; c <= Character.MAX_CODE_POINT; c++) {
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        byte[] bytes = Character.toString(c).getBytes(UTF_8);

        assertThat(accepts(bytes)).isTrue();
        assertThat(Utf8Check.width(word(bytes))).isEqualTo(bytes.length);
      }
    }
  }

  private void assertAgrees(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    boolean valid = !decoder.reset().decode(in, CharBuffer.allocate(8), true).isError();

    assertThat(accepts(bytes))
        .as("%x %x %x %x", values[0], values[1], values[2], values[3])
        .isEqualTo(valid);
    if (values[0] >= 0x80) {
      int width = Utf8Check.width(word(bytes));
      ByteBuffer first = ByteBuffer.wrap(bytes, 0, Math.max(1, width));
      assertThat(!decoder.reset().decode(first, CharBuffer.allocate(8), true).isError())
          .as("%x %x %x %x: width %d", values[0], values[1], values[2], values[3], width)
          .isEqualTo(width > 0);
      if (valid) {
        assertThat(width).isPositive();
      }
    }
  }

  private static boolean accepts(byte[] bytes) {
    Utf8Check check = new Utf8Check();
    for (byte b : bytes) {
      if (!check.accept(b & 0xFF)) {
        return false;
      }
    }
    return !check.isPending();
  }

  private static int word(byte[] bytes) {
    int word = 0;
    for (int i = 0; i < bytes.length; i++) {
      word |= (bytes[i] & 0xFF) << 8 * i;
    }
    return word;
  }
}
