package org.epdrouter.openai;

/**
 * Where a member of the top-level object stands in the body, in bytes from its beginning.
 *
 * @param ordinal how many members precede it
 * @param comma the comma before it, or -1 for the first member
 * @param nameStart the opening quote of its name
 * @param valueStart the first byte of its value
 * @param valueEnd the byte after its value
 * @param next the opening quote of the next member's name, or -1 for the last member
 */
record MemberRange(int ordinal, int comma, int nameStart, int valueStart, int valueEnd, int next) {
  static final int NONE = -1;

  boolean hasNext() {
    return next != NONE;
  }

  MemberRange followedBy(int nextNameStart) {
    return new MemberRange(ordinal, comma, nameStart, valueStart, valueEnd, nextNameStart);
  }
}
