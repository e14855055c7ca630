package org.epdrouter.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventFramerTest {

  private static final int BOUND = 1024;

  private final EventFramer framer = new EventFramer(BOUND);
  private final List<String> events = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(strings = {"\n\n", "\r\n\r\n", "\r\r", "\n\r\n", "\r\n\n"})
  void cutsAtEveryKindOfBlankLine(String blank) {
    feed("data: a" + blank + "data: b" + blank);

    assertThat(events).containsExactly("data: a" + blank, "data: b" + blank);
  }

  @Test
  void keepsLinesOfOneEventTogether() {
    feed("event: x\nid: 1\ndata: a\ndata: b\n\n: comment\n\n");

    assertThat(events).containsExactly("event: x\nid: 1\ndata: a\ndata: b\n\n", ": comment\n\n");
  }

  @Test
  void holdsAnEventBackUntilItIsComplete() {
    feed("data: a");
    feed("\n");

    assertThat(events).isEmpty();

    feed("\n");

    assertThat(events).containsExactly("data: a\n\n");
  }

  @Test
  void handsAnEventOverAsSoonAsItsLastByteIsThere() {
    feed("data: a\r\rdata: b\r\r");

    assertThat(events).containsExactly("data: a\r\r", "data: b\r\r");
  }

  @Test
  void keepsTheLineFeedOfABlankLineThatArrivesAlone() {
    feed("data: a\r\n\r");
    feed("\ndata: b\r\n\r\n");

    assertThat(events).containsExactly("data: a\r\n\r\n", "data: b\r\n\r\n");
  }

  @Test
  void dropsWhatIsNotCompleteWhenTheWorkerDies() {
    feed("data: a\n\ndata: {\"trunc");

    framer.drop();
    framer.drain(this::take);

    assertThat(events).containsExactly("data: a\n\n");
  }

  @Test
  void handsOverTheRestAtAProperEnd() {
    feed("data: [DONE]\n");

    framer.drain(this::take);

    assertThat(events).containsExactly("data: [DONE]\n");
  }

  @Test
  void relaysALineWithoutEndInPieces() {
    feed("x".repeat(BOUND));
    assertThat(events).isEmpty();

    feed("y");
    feed("z".repeat(BOUND));

    assertThat(String.join("", events)).isEqualTo("x".repeat(BOUND) + "y");
    framer.drop();
  }

  @Property(tries = 500)
  void cutsTheSameWhereverTheNetworkCuts(
      @ForAll("streams") List<String> stream, @ForAll("sizes") List<Integer> sizes) {
    String text = String.join("", stream);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    EventFramer fresh = new EventFramer(1 << 20);
    List<String> cut = new ArrayList<>();

    int at = 0;
    for (int turn = 0; at < bytes.length; turn++) {
      int size = Math.min(sizes.get(turn % sizes.size()), bytes.length - at);
      fresh.accept(Unpooled.copiedBuffer(bytes, at, size), piece -> cut.add(text(piece)));
      at += size;
    }
    fresh.drain(piece -> cut.add(text(piece)));

    assertThat(String.join("", cut)).isEqualTo(text);
    assertThat(cut).isEqualTo(stream);
  }

  @Provide
  Arbitrary<List<String>> streams() {
    Arbitrary<String> blank = Arbitraries.of("\n", "\r\n");
    Arbitrary<String> line = Arbitraries.of("data: é", "data: {\"a\":1}", ": c", "id: 7", "data:");
    return blank.flatMap(
        end ->
            line.list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(lines -> String.join(end, lines) + end + end)
                .list()
                .ofMinSize(1)
                .ofMaxSize(12));
  }

  @Provide
  Arbitrary<List<Integer>> sizes() {
    return Arbitraries.integers().between(1, 40).list().ofMinSize(1).ofMaxSize(10);
  }

  private void feed(String text) {
    framer.accept(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), this::take);
  }

  private void take(ByteBuf event) {
    events.add(text(event));
  }

  private static String text(ByteBuf bytes) {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.release();
    return text;
  }
}
