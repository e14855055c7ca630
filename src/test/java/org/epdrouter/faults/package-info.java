/**
 * What the router does when clients, workers and the network between them misbehave: raw bytes in,
 * and nothing but a correct answer, a close or a well-formed request out.
 */
@NullMarked
package org.epdrouter.faults;

import org.jspecify.annotations.NullMarked;
