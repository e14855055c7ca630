package org.epdrouter.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.stage.Stage;
import org.epdrouter.worker.RequestScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * F17: name servers that say nothing are no excuse for a client to wait longer than it was told.
 */
final class SilentResolverTest {

  @Test
  void endsResolvingAtTheConnectTimeout() throws Exception {
    CompletableFuture<RuntimeException> failure = new CompletableFuture<>();
    try (EventLoops loops = new EventLoops(1);
        WorkerTls tls = new WorkerTls("", "", "", 0);
        RelayClient client =
            new RelayClient(
                loops,
                new Via(),
                4000,
                "",
                new Admission(1, 1),
                new Connector(new Silent(), tls, 200))) {
      new WorkerCall(
              client,
              client.target(URI.create("http://worker.test:8000")),
              new CallRequest(
                  HttpMethod.POST, "/", new DefaultHttpHeaders(), any -> Unpooled.EMPTY_BUFFER),
              new CallLimits(0, 0, 0, true, 1),
              new CallFailures("decode worker http://worker.test:8000", Stage.DECODE),
              new RequestScope(),
              new Failing(failure))
          .start();

      OpenAiException answer = FailureAnswer.of(failure.get(10, TimeUnit.SECONDS));

      assertThat(answer.status()).isEqualTo(504);
      assertThat(answer.getMessage()).contains("worker.test", "router.connect-timeout");
    }
  }

  private record Failing(CompletableFuture<RuntimeException> failure)
      implements WorkerCall.Listener {

    @Override
    public void answered(WorkerAnswer answer) {
      failure.completeExceptionally(new AssertionError("answered"));
    }

    @Override
    public void failed(RuntimeException cause) {
      failure.complete(cause);
    }

    @Override
    public void ended(int status, @Nullable RuntimeException cause) {}
  }

  /** Never answers. */
  private static final class Silent extends AddressResolverGroup<InetSocketAddress> {

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
      return new InetNameResolver(executor) {
        @Override
        protected void doResolve(String host, Promise<InetAddress> promise) {}

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {}
      }.asAddressResolver();
    }
  }
}
