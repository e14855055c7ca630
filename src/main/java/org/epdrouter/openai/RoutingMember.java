package org.epdrouter.openai;

import org.jspecify.annotations.Nullable;

/**
 * The top-level members on which routing depends and which the router may edit. Any of them given
 * twice is refused, since a worker might read the other one.
 */
enum RoutingMember {
  MODEL(ChatFields.MODEL),
  MESSAGES(ChatFields.MESSAGES),
  STREAM(ChatFields.STREAM),
  STREAM_OPTIONS(ChatFields.STREAM_OPTIONS),
  MAX_TOKENS(ChatFields.MAX_TOKENS),
  MAX_COMPLETION_TOKENS(ChatFields.MAX_COMPLETION_TOKENS),
  MIN_TOKENS(ChatFields.MIN_TOKENS),
  KV_TRANSFER_PARAMS(ChatFields.KV_TRANSFER_PARAMS),
  EC_TRANSFER_PARAMS(ChatFields.EC_TRANSFER_PARAMS);

  static final int COUNT = values().length;

  private final String fieldName;

  RoutingMember(String fieldName) {
    this.fieldName = fieldName;
  }

  /** The member of that (decoded) name, or null if routing does not depend on it. */
  static @Nullable RoutingMember of(String name) {
    return switch (name) {
      case ChatFields.MODEL -> MODEL;
      case ChatFields.MESSAGES -> MESSAGES;
      case ChatFields.STREAM -> STREAM;
      case ChatFields.STREAM_OPTIONS -> STREAM_OPTIONS;
      case ChatFields.MAX_TOKENS -> MAX_TOKENS;
      case ChatFields.MAX_COMPLETION_TOKENS -> MAX_COMPLETION_TOKENS;
      case ChatFields.MIN_TOKENS -> MIN_TOKENS;
      case ChatFields.KV_TRANSFER_PARAMS -> KV_TRANSFER_PARAMS;
      case ChatFields.EC_TRANSFER_PARAMS -> EC_TRANSFER_PARAMS;
      default -> null;
    };
  }

  String fieldName() {
    return fieldName;
  }
}
