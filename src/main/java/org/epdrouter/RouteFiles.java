package org.epdrouter;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.epdrouter.settings.SettingException;

/** Where the routes come from: a user's {@code routes} folder as a whole, else the jar's. */
final class RouteFiles {
  private static final String FOLDER = "routes";
  private static final String FILES = "*.camel.yaml";
  private static final String JAR = "classpath:" + FOLDER + "/" + FILES;
  private static final Pattern TOP_LEVEL =
      Pattern.compile("(.*[:/\\\\])?" + FOLDER + "[/\\\\][^/\\\\]+");

  private RouteFiles() {}

  /**
   * The pattern that Camel loads.
   *
   * @param directory where {@code routes} may be
   * @throws SettingException if it is there and holds no route file
   */
  static String pattern(Path directory) {
    Path folder = directory.resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      return JAR;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, FILES)) {
      if (!files.iterator().hasNext()) {
        throw new SettingException(folder.toString(), "no route file", "files named " + FILES);
      }
    } catch (IOException e) {
      throw new SettingException(folder.toString(), e.toString(), "a readable folder");
    }
    return "file:" + folder + "/" + FILES;
  }

  /**
   * Whether a pattern is meant to load a file that Camel has found for it: of the jar's own routes,
   * only those directly in a folder {@code routes}. The location is as Camel writes it.
   */
  static boolean means(String pattern, String location) {
    return !pattern.equals(JAR) || TOP_LEVEL.matcher(location).matches();
  }

  /** What a user edits to change the pipeline. */
  static String pipeline(Path directory) {
    Path folder = directory.resolve(FOLDER);
    return Files.isDirectory(folder)
        ? folder.resolve("pipeline.camel.yaml") + " (edit it, restart)"
        : "the jar's own; a routes folder in the working directory replaces it";
  }
}
