package org.epdrouter.simulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the model says: first the media it saw, by count and the first digits of their hashes, so
 * that a person sees that the images arrived, then filler. The same request gives the same text.
 */
final class ReplyText {
  private static final int DIGITS = 8;
  private static final String[] FILLER =
      ("the quick brown fox jumps over the lazy dog while seven bright lanterns drift along"
              + " a quiet river under distant hills")
          .split(" ", -1);

  private final List<String> head = new ArrayList<>();

  ReplyText(List<MediaItem> items) {
    head.add("Saw");
    if (items.isEmpty()) {
      head.addAll(List.of("no", "media:"));
      return;
    }
    Map<String, List<String>> digits = new LinkedHashMap<>();
    for (MediaItem item : items) {
      digits
          .computeIfAbsent(item.noun(), noun -> new ArrayList<>())
          .add(item.hash().substring(0, DIGITS));
    }
    digits.forEach(
        (noun, hashes) -> {
          head.add(Integer.toString(hashes.size()));
          head.add(noun);
          hashes.forEach(hash -> head.add("[" + hash + "]"));
        });
    head.add(":");
  }

  /** The token at an index from 0; choices differ in their filler. ASCII, nothing to escape. */
  String token(int choice, int index) {
    String word =
        index < head.size()
            ? head.get(index)
            : FILLER[(index - head.size() + choice) % FILLER.length];
    return index == 0 ? word : " " + word;
  }

  String text(int choice, int tokens) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < tokens; i++) {
      text.append(token(choice, i));
    }
    return text.toString();
  }
}
