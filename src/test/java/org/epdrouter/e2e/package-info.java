/** Real clients against a running router in front of simulated workers. */
@NullMarked
package org.epdrouter.e2e;

import org.jspecify.annotations.NullMarked;
