/** Starts the router: flags, settings, Camel. Everything else lives in the packages below. */
@NullMarked
package org.epdrouter;

import org.jspecify.annotations.NullMarked;
