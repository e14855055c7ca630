package org.epdrouter.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkerUrlTest {
  @ParameterizedTest
  @CsvSource({
    "http://gpu-1:8000, http://gpu-1:8000",
    "HTTP://GPU-1:8000/, http://gpu-1:8000",
    "http://encode_1:8000, http://encode_1:8000",
    "https://gpu.example, https://gpu.example",
    "https://gpu.example:443, https://gpu.example",
    "http://gpu.example:443, http://gpu.example:443",
    "http://gpu.example:80//, http://gpu.example",
    "http://[::1]:8000, http://[::1]:8000",
    "http://gpu:1/vllm/A/, http://gpu:1/vllm/A"
  })
  void bringsUrlsToOneForm(String text, String url) {
    assertThat(WorkerUrl.normalise(text)).isEqualTo(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "gpu:8000",
        "ftp://gpu",
        "http://",
        "http://:8000",
        "http://gpu:",
        "http://gpu:0",
        "http://gpu:65536",
        "http://gpu:80000000000",
        "http://user:secret@gpu",
        "http://gpu?x=1",
        "http://gpu#x",
        "http://gpu/a b",
        "http://gpu:8000 http://other:8000"
      })
  void refusesAnythingThatIsNoBaseUrl(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> WorkerUrl.normalise(text));
  }
}
