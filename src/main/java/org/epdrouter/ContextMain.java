package org.epdrouter;

import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/**
 * camel-main, set up for a router: nothing on the way of a request that the router does not use.
 */
final class ContextMain extends Main {
  // 0 is never, 1 is a fallback, 2 (Camel's default) overrides everything, flags included.
  private static final int FALLBACK = 1;

  private static final int SHUTDOWN_SECONDS = 45;

  ContextMain(Properties properties, String routes, String profile) {
    setOverrideProperties(properties);
    // The files are read already.
    setDefaultPropertyPlaceholderLocation("false");
    setRoutesCollector(new TopLevelRoutes());
    // No hook in the JVM: whoever starts a router stops it.
    setShutdownStrategy(new SimpleMainShutdownStrategy());
    MainConfigurationProperties configuration = configure();
    configuration
        .withProfile(profile)
        .withRoutesIncludePattern(routes)
        .withBasePackageScanEnabled(false)
        .withAutoConfigurationLogSummary(false)
        .withJmxEnabled(false)
        .withStreamCachingEnabled(false)
        .withMessageHistory(false)
        .withShutdownTimeout(SHUTDOWN_SECONDS)
        .withShutdownNowOnTimeout(true)
        .withShutdownLogInflightExchangesOnTimeout(false);
    configuration.setExtraShutdownTimeout(0);
    configuration.setStartupRecorder("off");
    configuration.setUuidGenerator("short");
    configuration.setInflightRepositoryBrowseEnabled(false);
  }

  @Override
  protected CamelContext createCamelContext() {
    CamelContext context = super.createCamelContext();
    PropertiesComponent properties = (PropertiesComponent) context.getPropertiesComponent();
    properties.setEnvironmentVariableMode(FALLBACK);
    properties.setSystemPropertiesMode(FALLBACK);
    return context;
  }
}
