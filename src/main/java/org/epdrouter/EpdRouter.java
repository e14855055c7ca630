package org.epdrouter;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.epdrouter.settings.SettingException;
import org.epdrouter.settings.Settings;
import org.epdrouter.settings.Sources;

/** The router as a program, and as a part of another one. */
public final class EpdRouter {
  private EpdRouter() {}

  /** Runs the command line and ends the JVM with its exit code. */
  public static void main(String... args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(RouterCommand.execute(out, err, args));
  }

  /**
   * Starts a router inside this JVM: settings are found as on the command line, with {@code
   * settings} in the place of flags. Several may run at once; nothing global is changed.
   *
   * @throws SettingException for a setting that cannot be used, a port in use among them
   * @throws StartException for anything else that keeps the router from starting
   */
  public static Running start(Map<String, String> settings) {
    Sources sources = Sources.ofProcess(settings);
    return CamelRouter.start(Settings.resolve(sources), sources);
  }

  /** A router that runs. Thread-safe. */
  public interface Running extends AutoCloseable {
    /** The port it listens on; a real one also where {@code router.port} is 0. */
    int port();

    /** The Camel context that its routes run in. */
    CamelContext context();

    /** Ends the requests in flight, as far as the time for that goes, and stops. Idempotent. */
    @Override
    void close();
  }
}
