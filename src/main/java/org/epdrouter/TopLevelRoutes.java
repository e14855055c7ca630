package org.epdrouter;

import java.util.Collection;
import org.apache.camel.CamelContext;
import org.apache.camel.main.DefaultRoutesCollector;
import org.apache.camel.spi.Resource;

/**
 * Collects the jar's route files, and none of the folders beside them: Camel matches a pattern for
 * the classpath with the bare names of files where that is a folder and not a jar.
 */
final class TopLevelRoutes extends DefaultRoutesCollector {
  @Override
  public Collection<Resource> findRouteResourcesFromDirectory(
      CamelContext context, String excludePattern, String includePattern) {
    return super.findRouteResourcesFromDirectory(context, excludePattern, includePattern).stream()
        .filter(file -> RouteFiles.means(includePattern, file.getLocation()))
        .toList();
  }
}
