/**
 * The workers of a stage and everything that is known about them: which are there, which one takes
 * the next call, how a call ended, and the scope in which all calls of one client request live and
 * die together.
 *
 * <p>No HTTP here: the calls themselves are made by {@code relay}, through the one child of a pool.
 */
@NullMarked
package org.epdrouter.worker;

import org.jspecify.annotations.NullMarked;
