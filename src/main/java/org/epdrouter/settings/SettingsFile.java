package org.epdrouter.settings;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * One properties file, read.
 *
 * @param name what a message calls the file
 * @param values its keys and values; empty if there is no such file
 */
record SettingsFile(String name, Map<String, String> values) {
  private static final String FOLDER = "config/";

  SettingsFile {
    values = Map.copyOf(values);
  }

  /**
   * The file and the jar's own copy of it, the stronger one first.
   *
   * @param directory where {@code config} may be
   * @param name such as {@code application.properties}
   */
  static List<SettingsFile> named(Path directory, String name) {
    return List.of(inDirectory(directory, FOLDER + name), inJar(FOLDER + name));
  }

  private static SettingsFile inDirectory(Path directory, String name) {
    Path file = directory.resolve(name);
    if (!Files.exists(file)) {
      return new SettingsFile(name, Map.of());
    }
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      return read(name, reader);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static SettingsFile inJar(String name) {
    try (InputStream stream = SettingsFile.class.getClassLoader().getResourceAsStream(name)) {
      return stream == null
          ? new SettingsFile(name, Map.of())
          : read("the jar's " + name, new InputStreamReader(stream, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static SettingsFile read(String name, Reader reader) throws IOException {
    Properties properties = new Properties();
    try {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw unreadable(name, e);
    }
    return new SettingsFile(
        name,
        properties.stringPropertyNames().stream()
            .collect(Collectors.toMap(key -> key, properties::getProperty)));
  }

  /** Without values: secrets are among them. */
  @Override
  public String toString() {
    return "SettingsFile[name=" + name + "]";
  }

  private static SettingException unreadable(String name, Exception cause) {
    return new SettingException(name, cause.toString(), "a readable properties file in UTF-8");
  }
}
