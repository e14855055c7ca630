package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

final class ChatRequestProperties {
  private static final byte[] STRUCTURE = "{}[],:\"\\ \n\u0000u0e-+.tfn/aé".getBytes(UTF_8);

  @Property(tries = 500, shrinking = ShrinkingMode.OFF)
  void readsARequestAsPlainJacksonDoes(@ForAll Random random) {
    byte[] body = new RandomJson(random).request().getBytes(UTF_8);

    assertThat(PlainJson.read(body)).as(new String(body, UTF_8)).isNotNull();
    ChatRequestOracle.assertAgrees(body, random);
  }

  @Property(tries = 3_000, shrinking = ShrinkingMode.OFF)
  void acceptsOfDamagedRequestsWhatPlainJacksonAccepts(@ForAll Random random) {
    byte[] body = new RandomJson(random).request().getBytes(UTF_8);
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      body = damaged(body, random);
    }

    ChatRequestOracle.assertAgrees(body, random);
  }

  @Property(tries = 1_000, shrinking = ShrinkingMode.OFF)
  void acceptsOfRandomBytesWhatPlainJacksonAccepts(@ForAll byte[] body, @ForAll Random random) {
    ChatRequestOracle.assertAgrees(body, random);
    ChatRequestOracle.assertAgrees(
        Bodies.concat("{\"x\":\"".getBytes(UTF_8), body, new byte[] {'"', '}'}), random);
  }

  @Property(tries = 1_000, shrinking = ShrinkingMode.OFF)
  void editsWhatIsAskedForAndNothingElse(@ForAll Random random) {
    byte[] body = new RandomJson(random).request().getBytes(UTF_8);
    ChatRequestOracle.assertEdits(body, random);
  }

  private static byte[] damaged(byte[] body, Random random) {
    int at = random.nextInt(body.length);
    int end = Math.min(body.length, at + random.nextInt(1 + random.nextInt(20)));
    byte[] head = Arrays.copyOf(body, at);
    byte[] piece = Arrays.copyOfRange(body, at, end);
    byte[] tail = Arrays.copyOfRange(body, end, body.length);
    byte[] other = {STRUCTURE[random.nextInt(STRUCTURE.length)]};
    return switch (random.nextInt(5)) {
      case 0 -> Bodies.concat(head, piece, piece, tail);
      case 1 -> Bodies.concat(head, tail, new byte[] {' '});
      case 2 -> Bodies.concat(head, other, piece, tail);
      case 3 -> Bodies.concat(head, new byte[] {(byte) random.nextInt(256)}, tail);
      default ->
          Bodies.concat(
              head, other, Arrays.copyOfRange(body, Math.min(at + 1, body.length), body.length));
    };
  }
}
