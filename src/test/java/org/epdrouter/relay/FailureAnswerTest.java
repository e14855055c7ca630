package org.epdrouter.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.stream.Stream;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.worker.RequestScope;
import org.epdrouter.worker.RequestScope.Ending;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class FailureAnswerTest {
  private final RequestScope scope = new RequestScope();

  /** Calls of one request run on several threads: the cancelled ones may be heard of first. */
  @Test
  void isTheFailureThatEndedTheRequestAndNotTheEndOfItsOtherCalls() {
    OpenAiException failure = OpenAiException.invalid("no such image", "messages", "bad_image");

    scope.fail(failure);

    assertThat(FailureAnswer.of(new IllegalStateException("a split's", cancelled())))
        .isSameAs(failure);
  }

  static Stream<Arguments> endings() {
    return Stream.of(
        Arguments.of(Ending.DEADLINE, 504),
        Arguments.of(Ending.CLIENT_LEFT, 499),
        Arguments.of(Ending.COMPLETE, 499));
  }

  @ParameterizedTest
  @MethodSource("endings")
  void namesTheEndOfARequestThatNoCallHasFailed(Ending ending, int status) {
    scope.close(ending);

    assertThat(FailureAnswer.of(cancelled()).status()).isEqualTo(status);
  }

  private Throwable cancelled() {
    return catchThrowable(() -> scope.add(reason -> {}));
  }
}
