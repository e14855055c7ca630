package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.epdrouter.settings.Keys;
import org.epdrouter.settings.Settings;
import org.epdrouter.settings.Sources;

/** A copy of the real route files to edit as a user would, and to start a router with. */
final class RouteFolder {
  private static final Path REAL = Path.of("routes");

  private final Path directory;

  private RouteFolder(Path directory) {
    this.directory = directory;
  }

  /** Copies the files that are switched on. */
  static RouteFolder in(Path directory) throws IOException {
    Path folder = Files.createDirectory(directory.resolve("routes"));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(REAL, "*.camel.yaml")) {
      for (Path file : files) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    return new RouteFolder(directory);
  }

  /** Switches an optional file on. */
  RouteFolder withOptional(String name) throws IOException {
    Files.copy(REAL.resolve("optional").resolve(name), directory.resolve("routes").resolve(name));
    return this;
  }

  /** Replaces text that stands in the file exactly once. */
  RouteFolder edit(String name, String before, String after) throws IOException {
    Path file = directory.resolve("routes").resolve(name);
    String text = Files.readString(file);
    assertThat(text.split(java.util.regex.Pattern.quote(before), -1)).as(before).hasSize(2);
    Files.writeString(file, text.replace(before, after));
    return this;
  }

  /** Adds text at the end of the file. */
  RouteFolder append(String name, String text) throws IOException {
    Path file = directory.resolve("routes").resolve(name);
    Files.writeString(file, Files.readString(file) + text);
    return this;
  }

  /** Starts a router on a free port with these files. */
  EpdRouter.Running start(Map<String, String> settings) {
    Map<String, String> flags = new HashMap<>();
    flags.put(Keys.HOST, "127.0.0.1");
    flags.put(Keys.PORT, "0");
    flags.putAll(settings);
    Sources sources = new Sources(flags, Map.of(), Map.of(), directory);
    return CamelRouter.start(Settings.resolve(sources), sources);
  }
}
