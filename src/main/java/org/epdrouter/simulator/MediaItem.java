package org.epdrouter.simulator;

/**
 * A media part of a request.
 *
 * @param type {@code image_url}, {@code audio_url}, {@code input_audio} or {@code video_url}
 * @param hash SHA-256 in hex of the URL or the data (of the {@code uuid} when there is no content);
 *     the key in the encoder cache, as vLLM's {@code mm_hash}
 */
record MediaItem(String type, String hash) {

  /** "image", "audio" or "video". */
  String noun() {
    return type.startsWith("image") ? "image" : type.startsWith("video") ? "video" : "audio";
  }
}
