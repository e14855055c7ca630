package org.epdrouter.openai;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.epdrouter.openai.TopLevelMembers.Entry;

/**
 * Edits of top-level members of a {@link ChatRequest}; every byte outside of them stays. Of several
 * edits of one member the last holds. Knows only the members that {@link ChatFields} makes public.
 * Not thread-safe.
 */
public final class Splice {
  private static final byte[] REMOVED = new byte[0];

  private final ChatRequest request;
  private final TopLevelMembers members;
  private final Map<RoutingMember, byte[]> edits = new EnumMap<>(RoutingMember.class);

  Splice(ChatRequest request, TopLevelMembers members) {
    this.request = request;
    this.members = members;
  }

  /**
   * Replaces the member's value, or appends the member at the object's end.
   *
   * @param json not checked and not copied
   */
  public Splice set(String name, byte[] json) {
    edits.put(member(name), json);
    return this;
  }

  /** Replaces the member's value if the client sent the member. */
  public Splice setIfPresent(String name, byte[] json) {
    return members.range(member(name)) == null ? this : set(name, json);
  }

  /** Takes the member out, with the comma that belongs to it. */
  public Splice remove(String name) {
    edits.put(member(name), REMOVED);
    return this;
  }

  /** The edited body. */
  public SplicedBody build() {
    SplicedBody.Builder body = request.compose();
    int done = 0;
    int removed = 0;
    for (Entry entry : members.inOrder()) {
      byte[] json = edits.get(entry.member());
      if (json == null) {
        continue;
      }
      MemberRange range = entry.range();
      if (json == REMOVED) {
        boolean first = range.ordinal() == removed;
        body.appendBytes(done, first ? range.nameStart() : range.comma());
        done = first && range.hasNext() ? range.next() : range.valueEnd();
        removed++;
      } else {
        body.appendBytes(done, range.valueStart()).append(json);
        done = range.valueEnd();
      }
    }
    body.appendBytes(done, members.closingBrace());
    appendAbsent(body, removed == members.count());
    return body.appendBytes(members.closingBrace(), request.size()).build();
  }

  private void appendAbsent(SplicedBody.Builder body, boolean empty) {
    boolean first = empty;
    for (Map.Entry<RoutingMember, byte[]> edit : edits.entrySet()) {
      if (edit.getValue() != REMOVED && members.range(edit.getKey()) == null) {
        String name = (first ? "\"" : ",\"") + edit.getKey().fieldName() + "\":";
        body.append(name.getBytes(StandardCharsets.US_ASCII)).append(edit.getValue());
        first = false;
      }
    }
  }

  private static RoutingMember member(String name) {
    RoutingMember member = RoutingMember.of(name);
    if (member == null) {
      throw new IllegalArgumentException(
          "member: " + name + " (expected: one of the names in ChatFields)");
    }
    return member;
  }
}
