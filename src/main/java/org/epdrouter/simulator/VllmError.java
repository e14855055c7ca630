package org.epdrouter.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** An answer that is an error in vLLM's form: {@code code} is the status as a number. */
final class VllmError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final @Nullable String param;
  private final int retryAfter;

  VllmError(int status, String type, String message, @Nullable String param) {
    this(status, type, message, param, 0);
  }

  /** {@code retryAfter} in seconds, 0 for no such header. */
  VllmError(int status, String type, String message, @Nullable String param, int retryAfter) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.param = param;
    this.retryAfter = retryAfter;
  }

  static VllmError badRequest(String message, @Nullable String param) {
    return new VllmError(400, "BadRequestError", message, param);
  }

  static VllmError unknownModel(String model) {
    return new VllmError(
        404, "NotFoundError", "The model `" + model + "` does not exist.", "model");
  }

  static VllmError internal(String message) {
    return new VllmError(500, "InternalServerError", message, null);
  }

  int status() {
    return status;
  }

  int retryAfter() {
    return retryAfter;
  }

  byte[] toJson() {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.putObject("error")
        .put("message", getMessage())
        .put("type", type)
        .put("param", param)
        .put("code", status);
    return Json.bytes(root);
  }
}
