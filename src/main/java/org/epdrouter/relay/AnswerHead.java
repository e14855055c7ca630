package org.epdrouter.relay;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be said of an answer by its head alone. */
final class AnswerHead {

  private static final String EVENT_STREAM = "text/event-stream";
  private static final int SWITCHING_PROTOCOLS = 101;

  private AnswerHead() {}

  /** What makes the head unfit to be relayed although Netty's parser took it, or null. */
  static @Nullable String oddity(HttpResponse head) {
    int status = head.status().code();
    if (status < 100 || status > 599 || status == SWITCHING_PROTOCOLS) {
      return "status " + status;
    }
    if (!HttpVersion.HTTP_1_1.equals(head.protocolVersion())
        && !HttpVersion.HTTP_1_0.equals(head.protocolVersion())) {
      return "version " + head.protocolVersion();
    }
    return head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
        ? oddity(head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING))
        : null;
  }

  private static @Nullable String oddity(List<String> codings) {
    boolean chunked =
        codings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0));
    return chunked ? null : "Transfer-Encoding " + codings;
  }

  /** Whether the body is a stream of server-sent events that the client waits for one by one. */
  static boolean isEventStream(HttpResponse head) {
    String type = head.headers().get(HttpHeaderNames.CONTENT_TYPE);
    return type != null
        && head.status().codeClass() == HttpStatusClass.SUCCESS
        && type.regionMatches(true, 0, EVENT_STREAM, 0, EVENT_STREAM.length());
  }
}
