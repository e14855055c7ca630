/** What tests of every package share; knows nothing of the router. */
@NullMarked
package org.epdrouter.testing;

import org.jspecify.annotations.NullMarked;
