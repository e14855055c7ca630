package org.epdrouter.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The values of all settings, checked and in their one form. Immutable. */
public final class Settings {
  private final Map<String, String> values;

  private Settings(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /**
   * Finds every setting in the strongest of its sources and checks it.
   *
   * @throws SettingException for a wrong value, an unreadable file, and a key that starts with
   *     {@code router.} and is none
   */
  public static Settings resolve(Sources sources) {
    List<SettingsFile> files = sources.files();
    refuseUnknown("the flags", sources.flags());
    refuseUnknown("-D", sources.system());
    files.forEach(file -> refuseUnknown(file.name(), file.values()));

    Map<String, String> values = new TreeMap<>();
    // Keys that are not ours, such as camel.* and those of a user's own routes.
    files.stream()
        .flatMap(file -> file.values().keySet().stream())
        .forEach(key -> values.put(key, raw(sources, files, key)));
    Keys.RULES.forEach((key, rule) -> values.put(key, rule.apply(key, raw(sources, files, key))));
    values.put(Keys.ENCODE_DISABLED, isEmpty(values, Keys.ENCODE_URLS));
    values.put(Keys.PREFILL_DISABLED, isEmpty(values, Keys.PREFILL_URLS));
    return new Settings(values);
  }

  /**
   * The value of a setting.
   *
   * @throws IllegalArgumentException for a key that has none
   */
  public String get(String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("key: " + key + " (expected: one of " + values.keySet());
    }
    return value;
  }

  /** The value of a setting whose rule is a number, a size in bytes or a duration in ms. */
  public int getInt(String key) {
    return Integer.parseInt(get(key));
  }

  /** The value of a setting whose rule is a list. */
  public List<String> getList(String key) {
    String value = get(key);
    return value.isEmpty() ? List.of() : Arrays.asList(value.split(","));
  }

  /** Everything, also the keys in the files that are not the router's own. */
  public Map<String, String> asMap() {
    return values;
  }

  /**
   * Refuses settings that route to nothing.
   *
   * @throws SettingException if there is no decode worker
   */
  public void requireDecodeWorkers() {
    if (getList(Keys.DECODE_URLS).isEmpty()) {
      throw new SettingException(
          Keys.DECODE_URLS,
          "",
          "at least one worker URL, such as --decode-servers-urls http://gpu-1:8000");
    }
  }

  private static String raw(Sources sources, List<SettingsFile> files, String key) {
    Optional<String> value = sources.strong(key).or(() -> Sources.lookup(files, key));
    return value.orElseThrow(
        () -> new SettingException(key, "missing", "an entry in config/application.properties"));
  }

  private static String isEmpty(Map<String, String> values, String key) {
    return Boolean.toString("".equals(values.get(key)));
  }

  private static void refuseUnknown(String where, Map<String, String> given) {
    given.forEach(
        (key, value) -> {
          if (key.startsWith(Keys.PREFIX) && !Keys.RULES.containsKey(key)) {
            String hint = Keys.similarTo(key).map(k -> ", did you mean " + k + "?").orElse("");
            String shown = Keys.isSecret(key) ? SettingException.HIDDEN : value;
            throw new SettingException(key, shown, "a known key in " + where + hint);
          }
        });
  }
}
