package org.epdrouter;

import java.net.BindException;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.epdrouter.settings.Keys;
import org.epdrouter.settings.Settings;
import org.epdrouter.settings.Sources;

/** A router on camel-main, with a context and properties of its own. */
final class CamelRouter implements EpdRouter.Running {
  // Another process may take a free port between the look and the start.
  private static final int PORT_TRIES = 5;

  private final ContextMain main;
  private final ListenAddress address;

  private CamelRouter(ContextMain main, ListenAddress address) {
    this.main = main;
    this.address = address;
  }

  /** See {@link EpdRouter#start}. */
  static CamelRouter start(Settings settings, Sources sources) {
    settings.requireDecodeWorkers();
    String routes = RouteFiles.pattern(sources.directory());
    ListenAddress wanted = ListenAddress.of(settings);
    for (int tries = 1; ; tries++) {
      ListenAddress address = wanted.tryOut();
      Properties properties = new Properties();
      properties.putAll(settings.asMap());
      properties.setProperty(Keys.PORT, Integer.toString(address.port()));
      CamelRouter router =
          new CamelRouter(new ContextMain(properties, routes, sources.profile()), address);
      try {
        router.main.start();
        return router;
      } catch (Exception e) {
        StartFailure failure = new StartFailure(router.context(), e);
        RuntimeException explained = failure.explain();
        router.close();
        if (wanted.port() != 0 || tries == PORT_TRIES || !failure.is(BindException.class)) {
          address.tryOut();
          throw explained;
        }
      }
    }
  }

  /** Where it listens. */
  ListenAddress address() {
    return address;
  }

  @Override
  public int port() {
    return address.port();
  }

  @Override
  public CamelContext context() {
    return main.getCamelContext();
  }

  /** Waits until the router is closed, by whomever. */
  void await() throws InterruptedException {
    main.getShutdownStrategy().await();
  }

  @Override
  public void close() {
    main.stop();
    // A main that failed before its start regards its context as stopped.
    CamelContext context = main.getCamelContext();
    if (context != null) {
      context.stop();
    }
  }
}
