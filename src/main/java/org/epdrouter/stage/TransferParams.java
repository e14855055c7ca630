package org.epdrouter.stage;

import java.util.Arrays;

/**
 * What prefill says about where its KV blocks are: the JSON value of {@code kv_transfer_params},
 * opaque and byte for byte. Immutable as long as nobody writes to the array.
 */
public final class TransferParams {
  private final byte[] json;

  /** Takes the array over. */
  public TransferParams(byte[] json) {
    this.json = json;
  }

  /** One JSON value; not to be changed. */
  public byte[] json() {
    return json;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TransferParams params && Arrays.equals(json, params.json);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(json);
  }

  /** Without content: it names hosts and ports. */
  @Override
  public String toString() {
    return "TransferParams[" + json.length + " bytes]";
  }
}
