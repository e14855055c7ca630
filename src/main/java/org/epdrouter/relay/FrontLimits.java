package org.epdrouter.relay;

/**
 * What a client may send, and how long it may take.
 *
 * @param maxUri bytes of the request target
 * @param maxHeader bytes of all header lines together
 * @param maxBody bytes
 * @param headerTimeout milliseconds from the first byte of a request to the end of its head
 * @param bodyTimeout milliseconds from there to the end of its body
 * @param idleTimeout milliseconds that a connection may be without a request
 */
public record FrontLimits(
    int maxUri,
    int maxHeader,
    long maxBody,
    long headerTimeout,
    long bodyTimeout,
    long idleTimeout) {}
