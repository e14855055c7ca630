package org.epdrouter.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which URLs an entry of {@code router.media.allow} covers. */
final class MediaSourceTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http|http://anywhere/x.png",
        "http|http://[::1]:8080/",
        "http|HTTP://2130706433/",
        "https://images.example.com|https://images.example.com",
        "https://images.example.com|https://images.example.com/a/b%20c.png?w=1&u=@x#y",
        "https://images.example.com|HTTPS://Images.Example.COM/x",
        "HTTPS://Images.Example.com|https://images.example.com:443/x",
        "https://images.example.com:8443|https://images.example.com:8443/x",
        "https://*.example.com|https://a.example.com/x",
        "https://*.example.com|https://a.b.example.com/x",
        "http://[::1]|http://[::1]/x",
        "file|file:///etc/hosts",
        "file:///srv/media/|file:///srv/media/a.png",
        "file:///srv/media/|FILE:///srv/media/b/c d%20e..png",
      })
  void allows(String entry, String url) {
    assertThat(allowed(entry, url)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http|https://anywhere/",
        "https|http://anywhere/",
        "data|http://anywhere/",
        "https://images.example.com|http://images.example.com/",
        "https://images.example.com|https://example.com/",
        "https://images.example.com|https://images.example.com.evil.org/",
        "https://images.example.com|https://evil.images.example.com/",
        "https://images.example.com|https://images.example.com:8443/",
        "https://images.example.com|https://evil.org/https://images.example.com/",
        "https://images.example.com|https://evil.org?https://images.example.com/",
        "https://*.example.com|https://example.com/",
        "https://*.example.com|https://evilexample.com/",
        "https://*.example.com|https://.example.com/",
        "https://*.example.com|https://evil.org/.example.com",
        "http://127.0.0.1|http://2130706433/",
        "http://127.0.0.1|http://0x7f.1/",
        "http://[::1]|http://[0:0:0:0:0:0:0:1]/",
        "file:///srv/media/|file:///srv/media",
        "file:///srv/media/|file:///srv/mediaX/a",
        "file:///srv/media/|file:///srv/",
        "file:///srv/media/|file:///SRV/media/a",
      })
  void doesNotAllow(String entry, String url) {
    assertThat(allowed(entry, url)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://images.example.com@evil.org/",
        "https://user:pass@images.example.com/",
        "https://evil.org\\@images.example.com/",
        "https://images.example.com\\.evil.org/",
        "https://images.example.com/\\evil.org/",
        "https:\\\\images.example.com/",
        "https:/images.example.com/",
        "https:images.example.com/",
        "//images.example.com/",
        "///images.example.com/",
        "https:///images.example.com/",
        "https://images.example.com./",
        "https://images%2Eexample.com/",
        "https://images.example.com%00.evil.org/",
        "https://images.example.com:/",
        "https://images.example.com:443x/",
        "https://images.example.com:99999999/",
        "https://images.example.com?@evil.org/",
        "https://images.example.com#@evil.org/",
        " https://images.example.com/",
        "https://images.example.com/ ",
        "https://images.example.com/\r\nx",
        "https://images.example.com/\u0000",
        "https://images.example.com/\t",
        "https://images。example.com/",
        "https://ımages.example.com/",
        "https://[::ffff:1.2.3.4%25eth0]/",
        "https://[images.example.com]/",
        "file://host/srv/media/a",
        "file:/srv/media/a",
        "file:///srv/media/../secret",
        "file:///srv/media/..",
        "file:///srv/media/./a",
        "file:///srv/media/%2e%2e/secret",
        "file:///srv/media/.%2E/secret",
        "file:///srv/media/a%2f..%2fsecret",
        "file:///srv/media/%252e%252e/secret",
        "file:///srv/media//a",
        "file:///srv/media/a\\..\\b",
        "file:///srv/media/a?b",
        "file:///srv/media/a#b",
        "file:///srv/media/a;b",
        "file:///srv/media/a%5c..%5Cb",
        "file:///srv/media/%7f",
        "file:///srv/media/%00",
        "data:x",
        "data://x",
        "jar:file:///srv/media/a",
        "x",
        ""
      })
  void seesNoLocationInWhatParsersDisagreeOn(String url) {
    assertThat(MediaLocation.parse(url)).isNull();
  }

  @Test
  void tellsDataFromAllElse() {
    assertThat(allowed("data", "data://x")).isFalse();
    assertThat(allowed("file", "data:x")).isFalse();
  }

  private static boolean allowed(String entry, String url) {
    MediaLocation location = MediaLocation.parse(url);
    return location != null && MediaSource.parse(entry).has(location);
  }
}
