package org.epdrouter.relay;

/**
 * What a call may take.
 *
 * @param total milliseconds for the whole call, connecting and body included; 0 for no limit
 * @param firstByte milliseconds until the answer's head is there; 0 for no limit
 * @param idle milliseconds between two reads of the body, while it is being read; 0 for no limit
 * @param collect whether an answer is always collected, whatever its length and type
 * @param maxCollected bytes; a longer answer is streamed, or an error if {@code collect}
 */
record CallLimits(long total, long firstByte, long idle, boolean collect, int maxCollected) {}
