/**
 * vLLM workers without a GPU: encode, prefill, decode and prefill+decode over real sockets, for the
 * demo, the tests and users' dry runs. They keep vLLM's rules (an item must be encoded before
 * prefill, KV blocks are held until decode fetched them or their lease ends) and count every breach
 * in {@link org.epdrouter.simulator.WorkerState}. Stands alone: nothing of the router may be
 * imported here.
 */
@NullMarked
package org.epdrouter.simulator;

import org.jspecify.annotations.NullMarked;
