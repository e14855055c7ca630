package org.epdrouter.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where settings come from, the strongest first; then come the files.
 *
 * @param flags the command line's, by key
 * @param system {@code -D}
 * @param environment variables: {@code ROUTER_ENCODE_URLS} stands for {@code router.encode.urls}
 * @param directory where {@code config/application.properties} may be
 */
public record Sources(
    Map<String, String> flags,
    Map<String, String> system,
    Map<String, String> environment,
    Path directory) {
  /** The key that names the profile: Camel's own. */
  public static final String PROFILE = "camel.main.profile";

  private static final String DEFAULT_PROFILE = "prod";

  // What Kubernetes injects into every pod beside a Service that is named "router".
  private static final Pattern SERVICE_LINK = Pattern.compile("(tcp|udp|sctp)://.*");

  /** Takes copies, without the variables that Kubernetes injects. */
  public Sources {
    flags = Map.copyOf(flags);
    system = Map.copyOf(system);
    environment =
        environment.entrySet().stream()
            .filter(variable -> !SERVICE_LINK.matcher(variable.getValue()).matches())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** The sources of this process, with these flags. */
  public static Sources ofProcess(Map<String, String> flags) {
    Properties properties = System.getProperties();
    Map<String, String> system =
        properties.stringPropertyNames().stream()
            .collect(Collectors.toMap(key -> key, properties::getProperty));
    return new Sources(flags, system, System.getenv(), Path.of(""));
  }

  /** The name of the profile that adds its file: {@code prod} unless told otherwise. */
  public String profile() {
    return strong(PROFILE)
        .or(() -> lookup(SettingsFile.named(directory, "application.properties"), PROFILE))
        .orElse(DEFAULT_PROFILE);
  }

  /** What is set apart from files. */
  Optional<String> strong(String key) {
    return Optional.ofNullable(flags.get(key))
        .or(() -> Optional.ofNullable(system.get(key)))
        .or(() -> Optional.ofNullable(environment.get(variable(key))));
  }

  /** The files, the strongest first. */
  List<SettingsFile> files() {
    List<SettingsFile> profiled =
        SettingsFile.named(directory, "application-" + profile() + ".properties");
    List<SettingsFile> common = SettingsFile.named(directory, "application.properties");
    return List.of(profiled.get(0), profiled.get(1), common.get(0), common.get(1));
  }

  static Optional<String> lookup(List<SettingsFile> files, String key) {
    return files.stream()
        .filter(file -> file.values().containsKey(key))
        .findFirst()
        .map(file -> file.values().get(key));
  }

  /** Without values: secrets are among them. */
  @Override
  public String toString() {
    return "Sources[directory=" + directory + "]";
  }

  private static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
