/**
 * The stages of a disaggregated request and the bodies of their requests: pure functions from a
 * chat request, and the transfer parameters of the stage before, to bytes. One file per KV transfer
 * protocol. Nothing here sends anything.
 */
@NullMarked
package org.epdrouter.stage;

import org.jspecify.annotations.NullMarked;
