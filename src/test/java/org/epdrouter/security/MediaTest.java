package org.epdrouter.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.epdrouter.settings.SettingException;
import org.epdrouter.testing.Cluster;
import org.epdrouter.testing.RawResponse;
import org.epdrouter.testing.Requests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Media from where they may not come reach no worker. */
final class MediaTest {
  private static final String GOOD = Requests.image("https://images.example.com/a.png");

  @RegisterExtension
  private static final Cluster cluster =
      Cluster.shared(1, 1, 1, "router.media.allow", "data, https://images.example.com,file:///m/");

  @Test
  void takesWhatIsAllowed() {
    RawResponse response =
        cluster
            .router()
            .post(
                Requests.parts(
                    List.of(
                        GOOD,
                        Requests.video("file:///m/v.mp4"),
                        Requests.inlineImage(20_000),
                        Requests.inputAudio(),
                        Requests.typelessImage("https://images.example.com/b.png"))));

    assertThat(response.status()).isEqualTo(200);
    assertThat(cluster.encode().chats()).hasSize(5);
  }

  @Test
  void refusesTheRequestForOneItem() {
    RawResponse response =
        cluster
            .router()
            .post(Requests.parts(List.of(GOOD, Requests.audioUrl("http://u:secret@169.254.1.1/"))));

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.json().get("error").get("code").textValue()).isEqualTo("invalid_request");
    assertThat(response.json().get("error").get("message").textValue())
        .contains("media item 1 (audio_url)", "router.media.allow")
        .doesNotContain("secret", "169.254");
    assertThat(cluster.chats()).isEmpty();
  }

  @Test
  void refusesAUrlThatIsTooLongToRead() {
    String url = "https://images.example.com/" + "a".repeat(9_000);

    assertThat(cluster.router().post(Requests.parts(List.of(Requests.image(url)))).status())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"input_image\",\"image_url\":\"http://evil/\"}",
        "{\"type\":\"input_image\",\"image_url\":{\"url\":\"http://evil/\"}}",
        "{\"type\":\"other\",\"video_url\":{\"url\":\"http://evil/\"}}",
        "{\"\\u0074ype\":\"image_url\",\"image_url\":{\"\\u0075rl\":\"http\\u003a//evil/\"}}",
      })
  void refusesMediaInDisguise(String part) {
    RawResponse response = cluster.router().post(Requests.parts(List.of(GOOD, part)));

    assertThat(response.status()).isEqualTo(400);
    assertThat(cluster.chats()).isEmpty();
  }

  @Test
  void takesEverythingWithoutAList() {
    try (Cluster open = Cluster.start(1, 0, 1)) {
      assertThat(
              open.router()
                  .post(Requests.parts(List.of(Requests.image("file:///../x"), GOOD)))
                  .status())
          .isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://",
        "https://u@host",
        "https://host/path",
        "file:///srv/media",
        "*.example.com",
        "https://-x",
        "https://a*.example.com",
        "https://x:port"
      })
  void refusesAListThatIsNone(String list) {
    assertThatThrownBy(() -> Cluster.start(0, 0, 1, "router.media.allow", list).close())
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith("router.media.allow: " + list);
  }
}
