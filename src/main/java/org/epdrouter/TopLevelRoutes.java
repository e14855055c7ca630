package org.epdrouter;

import java.util.Collection;
import org.apache.camel.CamelContext;
import org.apache.camel.main.DefaultRoutesCollector;
import org.apache.camel.spi.Resource;

/**
 * Collects the route files of {@code routes}, and none of the folders in it: Camel matches a
 * pattern for the classpath with the bare names of files where that is a folder and not a jar.
 */
final class TopLevelRoutes extends DefaultRoutesCollector {
  @Override
  public Collection<Resource> findRouteResourcesFromDirectory(
      CamelContext context, String excludePattern, String includePattern) {
    return super.findRouteResourcesFromDirectory(context, excludePattern, includePattern).stream()
        .filter(file -> RouteFiles.isTopLevel(file.getLocation()))
        .toList();
  }
}
