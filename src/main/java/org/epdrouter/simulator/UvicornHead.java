package org.epdrouter.simulator;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Date;

/** The header fields of an answer, as uvicorn writes them. */
final class UvicornHead {
  private final boolean keepAlive;
  private final HttpHeaders extra = new DefaultHttpHeaders();

  UvicornHead(boolean keepAlive) {
    this.keepAlive = keepAlive;
  }

  void add(String name, String value) {
    extra.add(name, value);
  }

  /** An empty content type leaves the field out. */
  @SuppressWarnings("JavaUtilDate") // What Netty formats.
  void write(HttpResponse response, String contentType) {
    HttpHeaders headers = response.headers();
    headers.set(HttpHeaderNames.DATE, DateFormatter.format(new Date()));
    headers.set(HttpHeaderNames.SERVER, "uvicorn");
    if (!contentType.isEmpty()) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
    }
    headers.add(extra);
    if (!keepAlive) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }
}
