package org.epdrouter.openai;

import java.util.Arrays;

/**
 * Maps an offset in the condensed text back to the body's bytes. Eight bytes per elision. Not
 * thread-safe.
 */
final class Elisions {
  private int[] positions = new int[8];
  private int[] totals = new int[8];
  private int count;

  /**
   * Notes that {@code bytes} were left out before condensed offset {@code position}; positions
   * never fall.
   */
  void add(int position, int bytes) {
    if (count == positions.length) {
      positions = Arrays.copyOf(positions, 2 * count);
      totals = Arrays.copyOf(totals, 2 * count);
    }
    positions[count] = position;
    totals[count] = bytes + (count == 0 ? 0 : totals[count - 1]);
    count++;
  }

  /** The offset in the body of the byte that stands at {@code condensed}. */
  int original(int condensed) {
    int at = Arrays.binarySearch(positions, 0, count, condensed);
    int before = at >= 0 ? at + 1 : -at - 1;
    return before == 0 ? condensed : condensed + totals[before - 1];
  }
}
