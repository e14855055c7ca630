package org.epdrouter.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.epdrouter.stage.Stage;
import org.epdrouter.worker.RequestScope.Ending;
import org.junit.jupiter.api.Test;

final class RequestScopeTest {
  private final RequestScope scope = new RequestScope();
  private final List<Object> events = new ArrayList<>();

  @Test
  void cancelsEveryCallAndThenLetsTheMemoryGo() {
    scope.onClose(() -> events.add("released"));
    scope.add(this::cancelled);
    scope.add(this::cancelled);

    scope.close(Ending.SIBLING_FAILED);

    assertThat(events).containsExactly(Ending.SIBLING_FAILED, Ending.SIBLING_FAILED, "released");
  }

  @Test
  void tellsCallsWhatTheRequestFailsWithWhetherTheyAreUnderWayOrCome() {
    Exception failure = new IllegalStateException("this is what counts");
    scope.add(events::add);

    scope.fail(failure);

    assertThat(events).singleElement().satisfies(reason -> isBecauseOf(failure, reason));
    assertThatThrownBy(() -> scope.add(events::add))
        .satisfies(reason -> isBecauseOf(failure, reason));
  }

  @Test
  void closesOnce() {
    scope.onClose(() -> events.add("released"));
    scope.add(this::cancelled);

    scope.close(Ending.CLIENT_LEFT);
    scope.close(Ending.COMPLETE);

    assertThat(events).containsExactly(Ending.CLIENT_LEFT, "released");
    assertThat(scope.ending()).isEqualTo(Ending.CLIENT_LEFT);
  }

  @Test
  void leavesCallsAloneThatHaveEnded() {
    RequestScope.Call call = this::cancelled;
    scope.add(call);
    scope.remove(call);

    scope.close(Ending.DEADLINE);

    assertThat(events).isEmpty();
  }

  @Test
  void letsNoCallStartOnceItIsClosed() {
    scope.close(Ending.DEADLINE);

    assertThatThrownBy(() -> scope.add(this::cancelled))
        .isInstanceOfSatisfying(
            CallCancelledException.class,
            failure -> assertThat(failure.ending()).isEqualTo(Ending.DEADLINE));
  }

  @Test
  void letsMemoryGoAtOnceThatComesTooLate() {
    scope.close(Ending.COMPLETE);

    scope.onClose(() -> events.add("released"));

    assertThat(events).containsExactly("released");
  }

  @Test
  void mayBeClosedByWhatItCancels() {
    scope.add(
        reason -> {
          cancelled(reason);
          scope.close(Ending.COMPLETE);
        });

    scope.close(Ending.CLIENT_LEFT);

    assertThat(events).containsExactly(Ending.CLIENT_LEFT);
  }

  @Test
  void isSharedByCopiesOfTheExchange() {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    RequestScope first = RequestScope.of(exchange);

    assertThat(RequestScope.of(exchange)).isSameAs(first);
    assertThat(RequestScope.of(exchange.copy())).isSameAs(first);
  }

  @Test
  void runsTheEndsOfRetriesOnceAtTheNextCallOrAtItsEnd() {
    scope.retrying(Stage.DECODE, () -> events.add("first"));
    scope.retrying(Stage.DECODE, () -> events.add("second"));
    scope.takeRetryEnd(Stage.DECODE).run();
    scope.retrying(Stage.DECODE, () -> events.add("third"));

    scope.close(Ending.COMPLETE);

    assertThat(events).containsExactly("first", "second", "third");
  }

  private void cancelled(CallCancelledException reason) {
    events.add(reason.ending());
  }

  private static void isBecauseOf(Exception failure, Object reason) {
    assertThat(reason)
        .isInstanceOfSatisfying(
            CallCancelledException.class,
            cancelled -> {
              assertThat(cancelled.ending()).isEqualTo(Ending.SIBLING_FAILED);
              assertThat(cancelled).hasCause(failure);
            });
  }
}
