package org.epdrouter.faults;

import java.nio.charset.StandardCharsets;

/**
 * A request as some parser sees it.
 *
 * @param body as ISO-8859-1, so that every byte shows
 */
record ParsedRequest(String method, String target, String body) {
  ParsedRequest(String method, String target, byte[] body) {
    this(method, target, new String(body, StandardCharsets.ISO_8859_1));
  }
}
