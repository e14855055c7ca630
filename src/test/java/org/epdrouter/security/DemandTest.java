package org.epdrouter.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** J13: a request that asks for more than it may reaches no worker. */
final class DemandTest {
  @RegisterExtension
  private static final Cluster cluster =
      Cluster.shared(0, 1, 1, "router.max-choices", "4", "router.max-tokens", "1000");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"n\":4,\"best_of\":4",
        "\"n\":null,\"max_tokens\":null",
        "\"max_tokens\":1000",
        "\"max_completion_tokens\":1000",
        "\"N\":5,\"max_new_tokens\":5000",
        "\"n\":-1",
      })
  void takesWhatIsAllowed(String members) {
    assertThat(cluster.router().post(Requests.text(members)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"n\":5|router.max-choices, 4",
        "\"n\":5,\"n\":1|router.max-choices, 4",
        "\"n\":1,\"n\":5|router.max-choices, 4",
        "\"\\u006e\":5|router.max-choices, 4",
        "\"best_of\":5|router.max-choices, 4",
        "\"n\":\"2\"|router.max-choices, 4",
        "\"n\":1e0|router.max-choices, 4",
        "\"n\":[]|router.max-choices, 4",
        "\"n\":99999999999999999999|router.max-choices, 4",
        "\"max_tokens\":1001|router.max-tokens, 1000",
        "\"max_tokens\":1,\"max_completion_tokens\":1001|router.max-tokens, 1000",
        "\"max_completion_tokens\":1e9|router.max-tokens, 1000",
      })
  void refusesMore(String members, String limit) {
    RawResponse response = cluster.router().post(Requests.text(members));

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.json().get("error").get("message").textValue()).contains(limit);
    assertThat(cluster.chats()).isEmpty();
  }

  @Test
  void leavesItToTheWorkersByDefault() {
    try (Cluster open = Cluster.start(0, 0, 1)) {
      String body = Requests.text("\"n\":1000000", "\"max_tokens\":\"1e9\"");

      assertThat(open.router().post(body).status()).isEqualTo(200);
    }
  }
}
