package org.epdrouter.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.epdrouter.openai.Bodies.parts;
import static org.epdrouter.openai.Bodies.refusal;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MediaItemTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/y\"}}",
        "{\"image_url\":{\"detail\":\"low\",\"url\":\"https://x/y\"},\"uuid\":\"u\",\"type\":\"image_url\"}",
        "{ \"type\" : \"im\\u0061ge_url\" , \"image\\u005furl\" : \"https:\\/\\/x/y\" , \"n\" : 1.0"
            + " }",
        "{\"image_url\":\"https://x/y\"}",
        "{\"type\":null,\"image_url\":\"https://x/y\"}",
        "{\"video_url\":\"https://z\",\"image_url\":\"https://x/y\"}"
      })
  void isAPartWithAnImage(String part) {
    List<MediaItem> items = items(parts(part));

    assertThat(items).hasSize(1);
    assertThat(items.get(0).getType()).isEqualTo("image_url");
    assertThat(items.get(0).getSize()).isEqualTo(part.length());
    assertThat(items.get(0).getUrl()).isEqualTo("https://x/y");
    assertThat(items.get(0).isInline()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"image_url", "audio_url", "input_audio", "video_url"})
  void isAPartOfEachEncodedType(String type) {
    List<MediaItem> items =
        items(parts("{\"type\":\"" + type + "\"},{\"" + type + "\":{}},{\"" + type + "\":null}"));

    assertThat(items).extracting(MediaItem::getType).containsExactly(type, type, type);
    assertThat(items).extracting(MediaItem::getIndex).containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"text\",\"text\":\"image_url\"}",
        "{\"type\":\"text\",\"text\":\"x\",\"image_url\":\"https://x\"}",
        "{\"type\":\"image_embeds\",\"image_embeds\":\"x\"}",
        "{\"type\":\"audio_embeds\",\"audio_embeds\":\"x\"}",
        "{\"type\":\"Image_url\"}",
        "{\"type\":1,\"image_url\":\"https://x\"}",
        "{\"type\":{\"type\":\"image_url\"},\"image_url\":\"https://x\"}",
        "{\"text\":\"x\",\"nested\":{\"image_url\":\"https://x\"}}",
        "{}",
        "\"image_url\"",
        "null",
        "[{\"type\":\"image_url\"}]"
      })
  void isNoOtherPart(String part) {
    assertThat(items(parts(part))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "[{}]",
        "[1,null,\"x\",[{\"content\":[{\"type\":\"image_url\"}]}]]",
        "[{\"content\":\"text\"},{\"content\":null},{\"content\":{\"type\":\"image_url\"}}]",
        "[{\"other\":[{\"type\":\"image_url\"}]}]"
      })
  void standsOnlyInTheContentOfMessages(String messages) {
    assertThat(items("{\"model\":\"m\",\"messages\":" + messages + "}")).isEmpty();
  }

  @Test
  void keepsTheOrderOfTheRequest() {
    String image = "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,%d\"}}";
    String message =
        "{\"content\":[" + image.formatted(1) + ",\"text\"," + image.formatted(2) + "]}";
    String last = "{\"role\":\"user\",\"content\":[" + image.formatted(3) + "]}";
    String body = "{\"messages\":[" + message + "," + last + "],\"model\":\"m\"}";

    List<String> bytes = new ArrayList<>();
    ChatRequest request = Bodies.parse(body);
    for (MediaItem item : request.getMediaItems()) {
      bytes.add(new String(request.compose().append(item).build().toBytes(), UTF_8));
    }

    assertThat(bytes).containsExactly(image.formatted(1), image.formatted(2), image.formatted(3));
    request.release();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"image_url\",\"type\":\"text\"}",
        "{\"type\":\"text\",\"typ\\u0065\":\"text\"}",
        "{\"image_url\":\"a\",\"image_url\":\"a\"}",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"a\"},\"imag\\u0065_url\":{\"url\":\"b\"}}",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"a\",\"url\":\"b\"}}"
      })
  void isRefusedIfAmbiguous(String part) {
    assertThat(refusal(parts(part))).hasMessageContaining(": given again at byte ");
  }

  @Test
  void isRefusedIfItsMessageHasTwoContents() {
    String body = "{\"model\":\"m\",\"messages\":[{\"content\":[],\"content\":\"x\"}]}";

    assertThat(refusal(body))
        .hasMessage("content: given again at byte 40 (expected: at most once)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"data:image/png;base64,AAAA\"",
        "\"DATA:image\\/png;base64,AAAA\"",
        "\" d\\u0061ta:,\"",
        "{\"url\":\"data:,x\"}",
        "{\"x\":[{\"url\":\"https://x\"}],\"url\":\"data:,\\ud800\"}"
      })
  void isInlineIfItsUrlHoldsThePayload(String url) {
    MediaItem item = items(parts("{\"image_url\":" + url + "}")).get(0);

    assertThat(item.isInline()).isTrue();
    assertThat(item.getUrl()).isNull();
  }

  @Test
  void isInlineIfItIsInputAudio() {
    String part =
        "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"UklG\",\"format\":\"wav\"}}";

    assertThat(items(parts(part)).get(0).isInline()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "\\/", "é", "\\u00e9"})
  void showsUrlsUpToEightKibibytes(String unit) {
    String longest = "file:///z" + unit.repeat((8192 - 9) / unit.getBytes(UTF_8).length);
    String tooLong = longest + unit.repeat(10);

    MediaItem shown = items(parts("{\"image_url\":\"" + longest + "\"}")).get(0);
    MediaItem hidden = items(parts("{\"image_url\":\"" + tooLong + "\"}")).get(0);

    assertThat(shown.getUrl()).startsWith("file:///z");
    assertThat(hidden.getUrl()).isNull();
    assertThat(hidden.isInline()).isFalse();
  }

  @Test
  void decodesUrls() {
    String url = "h\\u0074tps:\\/\\/x\\\\y\\\"\\b\\f\\n\\r\\t\\ud83d\\ude00é😀\\ud800";

    MediaItem item = items(parts("{\"image_url\":\"" + url + "\"}")).get(0);

    assertThat(item.getUrl()).isEqualTo("https://x\\y\"\b\f\n\r\t😀é😀\ud800");
  }

  @Test
  void doesNotShowItsUrl() {
    String part = "{\"image_url\":\"https://user:secret@x/\"}";

    assertThat(items(parts(part)).get(0))
        .hasToString("MediaItem[index=0, type=image_url, size=38]");
  }

  private static List<MediaItem> items(String body) {
    ChatRequest request = Bodies.parse(body);
    List<MediaItem> items = request.getMediaItems();
    request.release();
    return items;
  }
}
