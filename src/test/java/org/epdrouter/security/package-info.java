/** Who may use the router and its workers, whom it trusts, and what it keeps to itself. */
@NullMarked
package org.epdrouter.security;

import org.jspecify.annotations.NullMarked;
