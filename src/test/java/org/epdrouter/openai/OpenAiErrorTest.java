package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenAiErrorTest {
  @Test
  void isWrittenAsOpenAiDoes() {
    OpenAiError error = new OpenAiError("no", "server_error", null, "worker_failed");

    assertThat(error.toJson())
        .asString(UTF_8)
        .isEqualTo(
            "{\"error\":{\"message\":\"no\",\"type\":\"server_error\",\"param\":null,\"code\":\"worker_failed\"}}");
  }

  @Test
  void escapesWhatJsonHasToEscape() throws IOException {
    String awkward = "\"\\\n\u0000\u001bé😀\u2028</script>";

    JsonNode error =
        new ObjectMapper()
            .readTree(new OpenAiError(awkward, "t", awkward, "c").toJson())
            .get("error");

    assertThat(error.get("message").textValue()).isEqualTo(awkward);
    assertThat(error.get("param").textValue()).isEqualTo(awkward);
  }

  @ParameterizedTest
  @CsvSource({
    "400,invalid_request_error",
    "401,authentication_error",
    "404,invalid_request_error",
    "413,invalid_request_error",
    "429,rate_limit_error",
    "500,server_error",
    "503,server_error"
  })
  void hasATypeByStatus(int status, String type) {
    assertThat(OpenAiError.typeOf(status)).isEqualTo(type);
  }
}
