package org.epdrouter.settings;

/** A setting that cannot be used. The message is one line that says which, and what would do. */
public final class SettingException extends RuntimeException {
  /** Stands for the value of a secret. */
  static final String HIDDEN = "a hidden value";

  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * Makes {@code router.port: abc (expected: a number from 0 to 65535)}.
   *
   * @param key the property's key
   * @param value the value as given
   * @param expected what would be right, as a noun
   */
  public SettingException(String key, String value, String expected) {
    super(key + ": " + (value.isBlank() ? "empty" : value) + " (expected: " + expected + ")");
    this.key = key;
  }

  /** The key of the setting. */
  public String getKey() {
    return key;
  }
}
