package org.epdrouter.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.worker.RequestScope.Ending;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which worker a pool calls, and when it calls another one. */
@SuppressWarnings("StaticAssignmentOfThrowable") // only its identity counts
final class WorkerPoolTest {
  private final OpenAiException answer = own(502);

  private final Calls calls = new Calls();

  @Test
  void leasesItsWorkersInTurnAcrossRequests() {
    WorkerPool pool = pool("prefill", "http://a,http://b", 3);

    run(pool, request());
    run(pool, request());
    run(pool, request());

    assertThat(calls.hosts).containsExactly("a", "b", "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"encode", "prefill"})
  void callsAnotherWorkerWhenOneIsLost(String stage) {
    WorkerPool pool = pool(stage, "http://a,http://b", 3);
    calls.fail(lost(true));

    Exchange request = run(pool, request());

    assertThat(request.getException()).isNull();
    assertThat(calls.hosts).containsExactly("a", "b");
    assertThat(RequestScope.of(request).ending()).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {502, 503, 504})
  void callsAnotherWorkerWhenOneAnswersThatItCannot(int status) {
    WorkerPool pool = pool("encode", "http://a,http://b", 3);
    calls.fail(workers(status));

    assertThat(run(pool, request()).getException()).isNull();

    assertThat(calls.hosts).containsExactly("a", "b");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 422, 429, 500, 501})
  void passesOtherAnswersOn(int status) {
    WorkerPool pool = pool("encode", "http://a,http://b", 3);
    OpenAiException answer = workers(status);
    calls.fail(answer);

    Exchange request = run(pool, request());

    assertThat(request.getException()).isSameAs(answer);
    assertThat(calls.hosts).containsExactly("a");
  }

  @Test
  void doesNotRepeatACallThatTookTooLong() {
    WorkerPool pool = pool("prefill", "http://a,http://b", 3);
    OpenAiException timeout = own(504);
    calls.fail(timeout);

    assertThat(run(pool, request()).getException()).isSameAs(timeout);

    assertThat(calls.hosts).containsExactly("a");
  }

  @Test
  void neverCallsALostWorkerAgainForTheSameRequest() {
    WorkerPool pool = pool("prefill", "http://a,http://b", 9);
    calls.fail(lost(true), lost(true));

    Exchange request = run(pool, request());

    assertThat(calls.hosts).containsExactly("a", "b");
    assertThat(request.getException()).isSameAs(answer);
  }

  @Test
  void leavesTheNextTryOfADecodeCallToThePipeline() {
    WorkerPool pool = pool("decode", "http://a,http://b", 3);
    WorkerLostException lost = lost(true);
    calls.fail(lost);

    Exchange request = run(pool, request());

    assertThat(request.getException()).isSameAs(lost);
    assertThat(RequestScope.of(request).ending()).isNull();
    assertThat(calls.hosts).containsExactly("a");

    request.setException(null);
    run(pool, request);

    assertThat(calls.hosts).containsExactly("a", "b");
  }

  @Test
  void saysWhatTheClientGetsWhenTheLastDecodeWorkerIsLost() {
    WorkerPool pool = pool("decode", "http://a", 3);
    calls.fail(lost(true));

    Exchange request = run(pool, request());

    assertThat(request.getException()).isSameAs(answer);
    assertThat(RequestScope.of(request).ending()).isEqualTo(Ending.SIBLING_FAILED);
  }

  @Test
  void endsTheWholeRequestWhenItFailsForGood() {
    WorkerPool pool = pool("encode", "http://a", 3);
    calls.fail(workers(400));
    Exchange request = request();
    List<CallCancelledException> cancelled = new ArrayList<>();
    RequestScope.of(request).add(cancelled::add);

    run(pool, request);

    assertThat(cancelled)
        .singleElement()
        .satisfies(reason -> assertThat(reason.ending()).isEqualTo(Ending.SIBLING_FAILED))
        .satisfies(reason -> assertThat(reason).hasCause(request.getException()));
  }

  @Test
  void triesNobodyElseOnceTheRequestHasEnded() {
    WorkerPool pool = pool("encode", "http://a,http://b", 3);
    Exchange request = request();
    calls.before(() -> RequestScope.of(request).close(Ending.CLIENT_LEFT));
    calls.fail(lost(true));

    run(pool, request);

    assertThat(calls.hosts).containsExactly("a");
  }

  @Test
  void triesNobodyElseBeyondTheBudget() {
    WorkerPool pool = pool("encode", "http://a,http://b", 0);
    calls.fail(lost(true));

    Exchange request = run(pool, request());

    assertThat(request.getException()).isSameAs(answer);
    assertThat(calls.hosts).containsExactly("a");
  }

  @Test
  void needsNoBudgetForACallThatNeverReachedItsWorker() {
    WorkerPool pool = pool("encode", "http://a,http://b", 0);
    calls.fail(lost(false));

    assertThat(run(pool, request()).getException()).isNull();

    assertThat(calls.hosts).containsExactly("a", "b");
  }

  @Test
  void givesTheBudgetBackWhenTheSecondTryHasEnded() {
    WorkerPool pool = pool("encode", "http://a,http://b", 1);

    for (int i = 0; i < 3; i++) {
      calls.fail(lost(true));
      assertThat(run(pool, request()).getException()).isNull();
    }

    assertThat(calls.hosts).hasSize(6);
  }

  @Test
  void givesTheBudgetBackWhenNobodyIsLeftForTheSecondTry() {
    WorkerPool pool = pool("decode", "http://a,http://b", 1);
    calls.fail(lost(true));
    Exchange request = run(pool, request());
    pool.workers().get(1).alive(false);
    request.setException(null);
    assertThat(run(pool, request).getException()).isInstanceOf(OpenAiException.class);
    pool.workers().get(1).alive(true);

    calls.fail(lost(true));
    Exchange next = run(pool, request());

    assertThat(next.getException()).isInstanceOf(WorkerLostException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {502, 503, 504})
  void passesDecodesAnswersOn(int status) {
    WorkerPool pool = pool("decode", "http://a,http://b", 3);
    OpenAiException answer = workers(status);
    calls.fail(answer);

    Exchange request = run(pool, request());

    assertThat(request.getException()).isSameAs(answer);
    assertThat(RequestScope.of(request).ending()).isEqualTo(Ending.SIBLING_FAILED);
    assertThat(calls.hosts).containsExactly("a");
  }

  @Test
  void passesDeadWorkersOver() {
    WorkerPool pool = pool("encode", "http://a,http://b", 3);
    pool.workers().get(0).alive(false);

    run(pool, request());
    run(pool, request());

    assertThat(calls.hosts).containsExactly("b", "b");
  }

  @Test
  void answersThatNoWorkerIsAlive() {
    WorkerPool pool = pool("prefill", "http://a", 3);
    pool.workers().get(0).alive(false);

    assertUnavailable(
        run(pool, request()), "no live prefill worker among the 1 of router.prefill.urls");
    assertThatThrownBy(() -> pool.lease(request())).isInstanceOf(OpenAiException.class);
  }

  @Test
  void answersThatThereAreNoWorkers() {
    WorkerPool pool = pool("encode", "", 3);

    assertThat(pool.isEmpty()).isTrue();
    assertUnavailable(run(pool, request()), "no encode worker: router.encode.urls is empty");
  }

  @Test
  void passesWorkersOverWhoseBreakerIsOpen() {
    WorkerPool pool = pool("encode", "http://a,http://b", 3);
    pool.workers().get(1).breaker().transitionToOpenState();

    run(pool, request());
    run(pool, request());

    assertThat(calls.hosts).containsExactly("a", "a");
  }

  @Test
  void usesWorkersWithOpenBreakersWhereNoOtherIsLeft() {
    WorkerPool pool = pool("encode", "http://a", 3);
    pool.workers().get(0).breaker().transitionToOpenState();

    assertThat(run(pool, request()).getException()).isNull();

    assertThat(calls.hosts).containsExactly("a");
  }

  @Test
  void tellsNoBreakerOfCallsThatItDidNotPermit() {
    WorkerPool pool = pool("encode", "http://a", 3);
    CircuitBreaker breaker = pool.workers().get(0).breaker();
    breaker.transitionToOpenState();
    breaker.transitionToHalfOpenState();
    assertThat(breaker.tryAcquirePermission()).as("the only trial").isTrue();

    run(pool, request());

    assertThat(calls.hosts).containsExactly("a");
    assertThat(breaker.getState()).isEqualTo(State.HALF_OPEN);
  }

  @Test
  void refusesASecondChild() {
    WorkerPool pool = pool("encode", "http://a", 3);

    assertThatThrownBy(() -> pool.addProcessor(calls))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("encode pool: more than one");
  }

  private WorkerPool pool(String stage, String urls, int retries) {
    Breakers breakers = new Breakers(CircuitBreakerRegistry.ofDefaults(), 5, 60_000, 1, 0);
    WorkerPool pool = new WorkerPool(stage, urls, breakers, new RetryBudget(0, retries));
    pool.addProcessor(calls);
    return pool;
  }

  private static Exchange request() {
    return new DefaultExchange(new DefaultCamelContext());
  }

  private static Exchange run(WorkerPool pool, Exchange exchange) {
    int[] done = new int[1];
    pool.process(exchange, doneSync -> done[0]++);
    assertThat(done[0]).as("callbacks").isEqualTo(1);
    return exchange;
  }

  private static void assertUnavailable(Exchange request, String message) {
    assertThat(request.getException())
        .isInstanceOfSatisfying(
            OpenAiException.class,
            failure -> {
              assertThat(failure.status()).isEqualTo(503);
              assertThat(failure.headers()).containsEntry("Retry-After", "1");
              assertThat(failure).hasMessage(message);
            });
  }

  private WorkerLostException lost(boolean reached) {
    return new WorkerLostException(answer, reached);
  }

  private static OpenAiException workers(int status) {
    return OpenAiException.ofWorker(status, "application/json", new byte[0], Map.of());
  }

  private static OpenAiException own(int status) {
    return OpenAiException.of(status, new OpenAiError("x", OpenAiError.SERVER, null, "x"));
  }

  /** The child of the pool: notes whom it would call, and fails as told. */
  private static final class Calls extends AsyncProcessorSupport {
    private final List<String> hosts = new ArrayList<>();
    private final Deque<Exception> failures = new ArrayDeque<>();
    private @Nullable Runnable before;

    void fail(Exception... next) {
      failures.addAll(List.of(next));
    }

    void before(Runnable action) {
      before = action;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      Lease lease = Lease.of(exchange);
      hosts.add(lease.worker().url().getHost());
      if (before != null) {
        before.run();
      }
      Exception failure = failures.poll();
      if (failure == null) {
        lease.succeeded();
      } else {
        lease.ignored();
        exchange.setException(failure);
      }
      callback.done(false);
      return false;
    }
  }
}
