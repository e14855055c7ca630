package org.epdrouter.openai;

/** Names of the members of a chat completion request that the router reads or writes. */
public final class ChatFields {
  public static final String MODEL = "model";
  public static final String MESSAGES = "messages";
  public static final String STREAM = "stream";
  public static final String STREAM_OPTIONS = "stream_options";
  public static final String MAX_TOKENS = "max_tokens";
  public static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";
  public static final String MIN_TOKENS = "min_tokens";
  public static final String KV_TRANSFER_PARAMS = "kv_transfer_params";
  public static final String EC_TRANSFER_PARAMS = "ec_transfer_params";

  static final String N = "n";
  static final String BEST_OF = "best_of";
  static final String CONTENT = "content";
  static final String TYPE = "type";
  static final String URL = "url";
  static final String IMAGE_URL = "image_url";
  static final String AUDIO_URL = "audio_url";
  static final String INPUT_AUDIO = "input_audio";
  static final String VIDEO_URL = "video_url";

  private ChatFields() {}
}
