package org.epdrouter.relay;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.component.netty.http.NettyHttpConsumer;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.worker.RequestScope;
import org.jspecify.annotations.Nullable;

/**
 * A client's request on its way through the routes and back: makes the Camel exchange, and writes
 * what comes of it. The exchange's unit of work lasts until the answer's last byte is flushed.
 * Confined to the client's event loop, but for the end of the route, which may come on any thread.
 */
final class FrontExchange {

  private final Front front;
  private final ClientConnection connection;
  private final FrontCodec codec;
  private final Channel channel;
  private final AnswerWriter answer;
  private boolean gone;
  private boolean finished;
  private @Nullable NettyHttpConsumer consumer;
  private @Nullable Exchange exchange;
  private @Nullable RequestScope scope;

  FrontExchange(Front front, ClientConnection connection, FrontCodec codec) {
    this.front = front;
    this.connection = connection;
    this.codec = codec;
    this.channel = connection.context().channel();
    this.answer = new AnswerWriter(front, connection, this::finish);
  }

  /** Runs the routes. Takes the request's body over. */
  void start(FrontRequest request) {
    String requestId = RequestId.of(request.headers().get(RequestId.HEADER));
    answer.begin(requestId, request.keepAlive(), request.http10());
    codec.answersHead(HttpMethod.HEAD.equals(request.method()));
    NettyHttpConsumer route = front.consumer();
    if (route == null) {
      turnAway(request, notReady());
    } else if (front.via().isIn(request.headers())) {
      turnAway(request, loop());
    } else if (!front.admission().enter()) {
      turnAway(request, front.admission().tooManyRequests());
    } else {
      run(request, requestId, route);
    }
  }

  private void turnAway(FrontRequest request, OpenAiException reason) {
    request.release();
    answer.write(reason);
  }

  private void run(FrontRequest request, String requestId, NettyHttpConsumer route) {
    consumer = route;
    RequestScope opened = new RequestScope();
    scope = opened;
    opened.onClose(request::release);
    opened.onClose(front.admission()::leave);
    Exchange created = route.createExchange(false);
    exchange = created;
    created.setPattern(ExchangePattern.InOut);
    opened.putOn(created);
    fill(created.getIn(), request, requestId);
    try {
      route.createUoW(created);
      route.getAsyncProcessor().process(created, doneSync -> routed(created));
    } catch (Exception failure) {
      created.setException(failure);
      routed(created);
    }
  }

  private void fill(Message message, FrontRequest request, String requestId) {
    Map<String, Object> headers = message.getHeaders();
    headers.put(Exchange.HTTP_METHOD, request.method().name());
    headers.put(Exchange.HTTP_PATH, request.path());
    headers.put(RequestId.HEADER, requestId);
    front.headers().let(request.headers(), headers);
    Via.keep(request.headers(), headers);
    message.setBody(request.body());
  }

  /** Answers a request that never reached the routes. */
  void refuse(Refusal refusal) {
    HttpRequest request = refusal.request();
    String requestId =
        RequestId.of(request == null ? null : request.headers().get(RequestId.HEADER));
    answer.begin(requestId, false, false);
    codec.answersHead(request != null && HttpMethod.HEAD.equals(request.method()));
    answer.write(refusal.answer());
  }

  private void routed(Exchange done) {
    if (!channel.eventLoop().inEventLoop()) {
      channel.eventLoop().execute(() -> routed(done));
      return;
    }
    if (gone) {
      if (done.getMessage().getBody() instanceof StreamBody body) {
        body.cancel();
      }
      finish();
      return;
    }
    try {
      Exception failure = done.getException();
      if (failure != null) {
        answer.write(FailureAnswer.of(failure));
      } else {
        answer.write(done.getMessage());
      }
    } catch (RuntimeException unwritable) {
      answer.write(FailureAnswer.of(unwritable));
    }
  }

  private static OpenAiException notReady() {
    return OpenAiException.of(
            503, new OpenAiError("the router is not ready", OpenAiError.SERVER, null, "not_ready"))
        .withHeader("Retry-After", "1");
  }

  private static OpenAiException loop() {
    return OpenAiException.of(
        508,
        new OpenAiError(
            "the request has come through this router before: a worker URL leads back to it",
            OpenAiError.SERVER,
            null,
            "loop_detected"));
  }

  void writabilityChanged() {
    answer.writabilityChanged();
  }

  /** The client has closed its connection: everything that is done for it ends now. */
  void clientLeft() {
    gone = true;
    answer.clientLeft();
    if (scope != null) {
      scope.close(RequestScope.Ending.CLIENT_LEFT);
    }
    if (answer.isStreaming()) {
      finish();
    }
  }

  private void finish() {
    if (finished) {
      return;
    }
    finished = true;
    if (scope != null) {
      scope.close(RequestScope.Ending.COMPLETE);
    }
    if (consumer != null && exchange != null) {
      consumer.doneUoW(exchange);
      consumer.releaseExchange(exchange, false);
    }
    if (channel.isActive()) {
      connection.answered(answer.isKeptAlive());
    }
  }
}
