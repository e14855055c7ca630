package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.epdrouter.openai.PlainJson.Member;
import org.epdrouter.openai.PlainJson.Reading;

/** Compares what {@link ChatRequest} makes of any bytes with what {@link PlainJson} does. */
final class ChatRequestOracle {
  private static final List<RoutingMember> MEMBERS = List.of(RoutingMember.values());
  private static final String[] VALUES = {"1", "false", "{\"a\":[1,{}]}", "null", "\"\""};

  private ChatRequestOracle() {}

  /** Accepts what plain Jackson accepts, finds the same in it, and gives every buffer back. */
  static void assertAgrees(byte[] body, Random random) {
    Reading expected = PlainJson.read(body);
    ByteBuf whole = Bodies.whole(body);
    ByteBuf scattered = Bodies.scattered(body, random);

    String fromWhole = outcome(whole, expected);
    String fromScattered = outcome(scattered, expected);

    assertThat(fromScattered).as(new String(body, UTF_8)).isEqualTo(fromWhole);
    assertThat(whole.refCnt()).isZero();
    assertThat(scattered.refCnt()).isZero();
  }

  private static String outcome(ByteBuf body, Reading expected) {
    byte[] bytes = ByteBufUtil.getBytes(body);
    try {
      ChatRequest request = ChatRequest.parse(body);
      assertThat(expected).as("accepted: %s", new String(bytes, UTF_8)).isNotNull();
      assertThat(request.getModel()).isEqualTo(expected.model());
      assertThat(request.isStreaming()).isEqualTo(expected.streaming());
      List<String> items = new ArrayList<>();
      for (MediaItem item : request.getMediaItems()) {
        assertThat(item.getType()).isEqualTo(expected.types().get(item.getIndex()));
        items.add(new String(request.compose().append(item).build().toBytes(), ISO_8859_1));
      }
      assertThat(items).isEqualTo(expected.items());
      ByteBuf unchanged = request.unchanged().toByteBuf(UnpooledByteBufAllocator.DEFAULT);
      assertThat(ByteBufUtil.getBytes(unchanged)).isEqualTo(bytes);
      unchanged.release();
      request.release();
      return request + " " + request.getMediaItems();
    } catch (OpenAiException refusal) {
      assertThat(expected).as("refused: %s\n%s", refusal, new String(bytes, UTF_8)).isNull();
      assertThat(refusal.status()).isEqualTo(400);
      return String.valueOf(refusal.getMessage());
    }
  }

  /** Edits of a valid request change what they name and nothing else. */
  static void assertEdits(byte[] body, Random random) {
    try {
      edit(body, random);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void edit(byte[] body, Random random) throws IOException {
    ByteBuf buffer = Bodies.scattered(body, random);
    ChatRequest request = ChatRequest.parse(buffer);
    List<Member> expected = new ArrayList<>(PlainJson.parse(body).members());
    Splice splice = request.edit();
    Map<String, byte[]> edits = new LinkedHashMap<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      RoutingMember member = MEMBERS.get(random.nextInt(MEMBERS.size()));
      byte[] value = VALUES[random.nextInt(VALUES.length)].getBytes(UTF_8);
      switch (random.nextInt(3)) {
        case 0 -> {
          splice.remove(member.fieldName());
          edits.put(member.fieldName(), null);
        }
        case 1 -> {
          splice.set(member.fieldName(), value);
          edits.put(member.fieldName(), value);
        }
        default -> {
          splice.setIfPresent(member.fieldName(), value);
          if (expected.stream().anyMatch(m -> m.name().equals(member.fieldName()))) {
            edits.put(member.fieldName(), value);
          }
        }
      }
    }

    byte[] edited = splice.build().toBytes();

    assertThat(shown(PlainJson.parse(edited).members()))
        .as("%s with %s", new String(body, UTF_8), edits.keySet())
        .isEqualTo(shown(apply(edits, expected)));
    if (onlyReplaces(edits, expected)) {
      assertThat(edited).isEqualTo(replaced(body, edits, expected));
    }
    request.release();
    assertThat(buffer.refCnt()).isZero();
  }

  private static List<Member> apply(Map<String, byte[]> edits, List<Member> members)
      throws IOException {
    List<Member> expected = new ArrayList<>();
    for (Member member : members) {
      if (!edits.containsKey(member.name())) {
        expected.add(member);
      } else if (edits.get(member.name()) != null) {
        expected.add(new Member(member.name(), PlainJson.parse(edits.get(member.name()))));
      }
    }
    for (RoutingMember member : RoutingMember.values()) {
      byte[] value = edits.get(member.fieldName());
      if (value != null && members.stream().noneMatch(m -> m.name().equals(member.fieldName()))) {
        expected.add(new Member(member.fieldName(), PlainJson.parse(value)));
      }
    }
    return expected;
  }

  private static boolean onlyReplaces(Map<String, byte[]> edits, List<Member> members) {
    return edits.entrySet().stream()
        .allMatch(
            edit ->
                edit.getValue() != null
                    && members.stream().anyMatch(m -> m.name().equals(edit.getKey())));
  }

  private static byte[] replaced(byte[] body, Map<String, byte[]> edits, List<Member> members) {
    byte[] replaced = new byte[0];
    int done = 0;
    for (Member member : members) {
      byte[] value = edits.get(member.name());
      if (value != null) {
        int start = member.value().start();
        replaced = Bodies.concat(replaced, Arrays.copyOfRange(body, done, start), value);
        done = start + member.value().raw().length();
      }
    }
    return Bodies.concat(replaced, Arrays.copyOfRange(body, done, body.length));
  }

  private static List<String> shown(List<Member> members) {
    return members.stream().map(m -> m.name() + "=" + m.value().raw()).toList();
  }
}
