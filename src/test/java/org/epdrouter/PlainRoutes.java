package org.epdrouter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A routes folder that needs nothing of the router, for what does not depend on its routes. */
final class PlainRoutes {
  private static final String SETTINGS =
      """
      - route:
          id: settings
          from:
            id: settings-in
            uri: netty-http:http://{{router.host}}:{{router.port}}/settings
            steps:
              - setBody:
                  id: answer-settings
                  simple: "{{router.decode.urls}} {{router.max-body}} {{router.encode.disabled}}"
      """;

  private PlainRoutes() {}

  /** Puts a route there that answers {@code GET /settings} with some of them. */
  static void write(Path directory) throws IOException {
    write(directory, SETTINGS);
  }

  /** Puts these routes there. */
  static void write(Path directory, String yaml) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("routes"));
    Files.writeString(folder.resolve("plain.camel.yaml"), yaml);
  }
}
