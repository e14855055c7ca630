package org.epdrouter.simulator;

/**
 * What became of one media item on an encode worker.
 *
 * @param hash SHA-256 of its URL or data, in hex
 * @param encoded times it was computed; more than 1 is a waste
 * @param hits times it was asked for while already cached
 */
public record ItemCount(String hash, long encoded, long hits) {}
