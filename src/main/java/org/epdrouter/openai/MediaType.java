package org.epdrouter.openai;

import org.jspecify.annotations.Nullable;

/**
 * The kinds of content parts that are encoded, in the order in which vLLM looks for their members
 * in a part without {@code type} (vLLM's {@code entrypoints/chat_utils.py}).
 */
enum MediaType {
  IMAGE_URL(ChatFields.IMAGE_URL),
  AUDIO_URL(ChatFields.AUDIO_URL),
  INPUT_AUDIO(ChatFields.INPUT_AUDIO),
  VIDEO_URL(ChatFields.VIDEO_URL);

  private final String fieldName;

  MediaType(String fieldName) {
    this.fieldName = fieldName;
  }

  /** The kind whose {@code type}, and whose member, has that name; null if there is none. */
  static @Nullable MediaType of(String name) {
    return switch (name) {
      case ChatFields.IMAGE_URL -> IMAGE_URL;
      case ChatFields.AUDIO_URL -> AUDIO_URL;
      case ChatFields.INPUT_AUDIO -> INPUT_AUDIO;
      case ChatFields.VIDEO_URL -> VIDEO_URL;
      default -> null;
    };
  }

  String fieldName() {
    return fieldName;
  }
}
