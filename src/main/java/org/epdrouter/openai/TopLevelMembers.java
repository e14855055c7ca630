package org.epdrouter.openai;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the members that the router may edit stand in the body.
 *
 * @param inOrder those that are present, in the order of the body
 * @param count how many members the object has in all
 * @param closingBrace the object's last byte
 */
record TopLevelMembers(List<Entry> inOrder, int count, int closingBrace) {
  TopLevelMembers {
    inOrder = List.copyOf(inOrder);
  }

  /** A member and its place. */
  record Entry(RoutingMember member, MemberRange range) {}

  @Nullable MemberRange range(RoutingMember member) {
    for (Entry entry : inOrder) {
      if (entry.member() == member) {
        return entry.range();
      }
    }
    return null;
  }

  /** Collects the members while they are read. Not thread-safe. */
  static final class Builder {
    private final ByteBuf body;
    private final List<Entry> inOrder = new ArrayList<>(RoutingMember.COUNT);
    private int count;
    private boolean awaitsNext;

    Builder(ByteBuf body) {
      this.body = body;
    }

    /** A member begins, at whose name the cursor is. */
    void begin(JsonCursor json) {
      if (awaitsNext) {
        int last = inOrder.size() - 1;
        Entry entry = inOrder.get(last);
        inOrder.set(last, new Entry(entry.member(), entry.range().followedBy(json.start())));
        awaitsNext = false;
      }
      count++;
    }

    boolean contains(RoutingMember member) {
      for (Entry entry : inOrder) {
        if (entry.member() == member) {
          return true;
        }
      }
      return false;
    }

    /** The member that has begun last is one that the router may edit. */
    void add(RoutingMember member, int nameStart, int valueStart, int valueEnd) {
      int comma =
          count == 1
              ? MemberRange.NONE
              : body.forEachByteDesc(0, nameStart, ByteProcessor.FIND_COMMA);
      inOrder.add(
          new Entry(
              member,
              new MemberRange(
                  count - 1, comma, nameStart, valueStart, valueEnd, MemberRange.NONE)));
      awaitsNext = true;
    }

    TopLevelMembers build(int closingBrace) {
      return new TopLevelMembers(inOrder, count, closingBrace);
    }
  }
}
