/**
 * What tests of every package share: a scripted worker, a raw client and a router between them, all
 * on real sockets.
 *
 * <p>Worker and client are made of blocking JDK sockets and an HTTP parser of their own, so that
 * they are a second opinion on what the router puts on the wire. Nothing here knows the router but
 * {@link org.epdrouter.testing.RouterUnderTest} and {@link org.epdrouter.testing.RouterProcess}.
 */
@NullMarked
package org.epdrouter.testing;

import org.jspecify.annotations.NullMarked;
