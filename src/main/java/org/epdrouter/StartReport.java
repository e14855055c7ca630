package org.epdrouter;

import java.nio.file.Path;
import java.util.List;
import org.epdrouter.settings.Keys;
import org.epdrouter.settings.Settings;

/** What the command line prints once the router runs. */
final class StartReport {
  private StartReport() {}

  /** A few lines: where it listens, what it routes to, which file to edit. */
  static List<String> lines(Settings settings, ListenAddress address, Path directory) {
    return List.of(
        "EPD Router " + Version.current() + " listens on " + address,
        workers("encode", settings.getList(Keys.ENCODE_URLS)),
        workers("prefill", settings.getList(Keys.PREFILL_URLS)),
        workers("decode", settings.getList(Keys.DECODE_URLS)),
        line("pipeline", RouteFiles.pipeline(directory)));
  }

  private static String workers(String stage, List<String> urls) {
    String what =
        switch (urls.size()) {
          case 0 -> "none, the stage is skipped";
          case 1 -> "1 worker: " + urls.get(0);
          default -> urls.size() + " workers: " + String.join(", ", urls);
        };
    return line(stage, what);
  }

  private static String line(String name, String what) {
    return String.format("  %-8s  %s", name, what);
  }
}
