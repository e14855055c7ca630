package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OpenAiExceptionTest {
  @Test
  void isAnAnswerOfTheRouter() {
    OpenAiException answer = OpenAiException.invalid("stream: 1", "stream", "invalid_request");

    assertThat(answer).hasMessage("stream: 1");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.contentType()).isEqualTo("application/json");
    assertThat(answer.headers()).isEmpty();
    assertThat(answer.fromWorker()).isFalse();
    assertThat(answer.body())
        .asString(UTF_8)
        .contains(
            "\"type\":\"invalid_request_error\",\"param\":\"stream\",\"code\":\"invalid_request\"");
  }

  @Test
  void passesAWorkersAnswerOn() {
    byte[] body = "{\"error\":\"Unauthorized\"}".getBytes(UTF_8);
    Map<String, String> headers = new HashMap<>(Map.of("Retry-After", "3"));

    OpenAiException answer =
        OpenAiException.ofWorker(429, "application/problem+json", body, headers);
    headers.clear();

    assertThat(answer.fromWorker()).isTrue();
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.contentType()).isEqualTo("application/problem+json");
    assertThat(answer.body()).isEqualTo(body);
    assertThat(answer.headers()).containsExactly(Map.entry("Retry-After", "3"));
  }

  @Test
  void addsAHeaderToACopy() {
    OpenAiException answer =
        OpenAiException.ofWorker(503, null, new byte[0], Map.of("retry-after", "3"));

    OpenAiException more =
        answer.withHeader("Retry-After", "5").withHeader("x-should-retry", "false");

    assertThat(more.headers())
        .containsExactly(Map.entry("Retry-After", "5"), Map.entry("x-should-retry", "false"));
    assertThat(more.status()).isEqualTo(503);
    assertThat(more.fromWorker()).isTrue();
    assertThat(answer.headers()).containsExactly(Map.entry("retry-after", "3"));
    assertThatThrownBy(() -> more.headers().put("a", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void hasNoStackTrace() {
    OpenAiException answer = OpenAiException.invalid("m", null, "c");
    answer.addSuppressed(new IllegalStateException());

    assertThat(answer.getStackTrace()).isEmpty();
    assertThat(answer.getSuppressed()).isEmpty();
  }
}
