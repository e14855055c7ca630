package org.epdrouter.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {
  private static final Map<String, String> NONE = Map.of();

  @TempDir private Path directory;

  @Test
  void takesFlagsBeforeSystemPropertiesBeforeEnvironmentBeforeFiles() throws IOException {
    file("application.properties", "router.port=4");
    Map<String, String> environment = Map.of("ROUTER_PORT", "3");
    Map<String, String> system = Map.of(Keys.PORT, "2");
    Map<String, String> flags = Map.of(Keys.PORT, "1");

    assertThat(resolve(flags, system, environment).getInt(Keys.PORT)).isEqualTo(1);
    assertThat(resolve(NONE, system, environment).getInt(Keys.PORT)).isEqualTo(2);
    assertThat(resolve(NONE, NONE, environment).getInt(Keys.PORT)).isEqualTo(3);
    assertThat(resolve(NONE, NONE, NONE).getInt(Keys.PORT)).isEqualTo(4);
  }

  @Test
  void takesTheProfilesFileBeforeTheCommonOneAndBothBeforeTheJars() throws IOException {
    file("application.properties", "router.port=1\nrouter.threads=1");
    file("application-night.properties", "router.port=2");

    Settings settings = resolve(Map.of(Sources.PROFILE, "night"), NONE, NONE);

    assertThat(settings.getInt(Keys.PORT)).isEqualTo(2);
    assertThat(settings.getInt("router.threads")).isEqualTo(1);
    assertThat(settings.get(Keys.HOST)).isEqualTo("0.0.0.0");
  }

  @Test
  void takesTheProfileFromWhereverItIsSet() throws IOException {
    assertThat(sources(NONE, NONE, NONE).profile()).isEqualTo("prod");
    assertThat(sources(NONE, NONE, Map.of("CAMEL_MAIN_PROFILE", "a")).profile()).isEqualTo("a");

    file("application.properties", Sources.PROFILE + "=b");

    assertThat(sources(NONE, NONE, NONE).profile()).isEqualTo("b");
  }

  @Test
  void readsDashesAndDotsOfAKeyAsUnderscoresInTheEnvironment() {
    Settings settings = resolve(NONE, NONE, Map.of("ROUTER_ENCODE_MAX_TOKENS", ""));

    assertThat(settings.get("router.encode.max-tokens")).isEqualTo("0");
  }

  @Test
  void ignoresThePortThatKubernetesInjectsForAServiceNamedRouter() {
    Settings settings = resolve(NONE, NONE, Map.of("ROUTER_PORT", "tcp://10.0.0.1:8000"));

    assertThat(settings.getInt(Keys.PORT)).isEqualTo(8000);
  }

  @ParameterizedTest
  @CsvSource({
    "router.max-body, 20MB, 20971520",
    "router.connect-timeout, 1s, 1000",
    "router.forward-headers, 'Traceparent, X-A', 'traceparent,x-a'",
    "router.decode.urls, ' HTTP://A:1/ ,, http://b:2,', 'http://a:1,http://b:2'",
    "router.host, ::1, [::1]",
    "router.host, [::], [::]",
    "router.port, 0080, 80"
  })
  void bringsValuesToOneForm(String key, String value, String form) {
    assertThat(resolve(Map.of(key, value), NONE, NONE).get(key)).isEqualTo(form);
  }

  @ParameterizedTest
  @CsvSource({
    "router.port, abc",
    "router.port, 65536",
    "router.port, -1",
    "router.port, ''",
    "router.host, a b",
    "router.decode.urls, ftp://a",
    "router.encode.urls, none",
    "router.encode.max-tokens, 0",
    "router.connect-timeout, 1x",
    "router.connect-timeout, 0",
    "router.connect-timeout, 999h",
    "router.max-body, 2GB",
    "router.max-body, lots",
    "router.forward-headers, a b",
    "router.threads, 1.5"
  })
  void namesTheKeyOfAWrongValue(String key, String value) {
    assertThatThrownBy(() -> resolve(Map.of(key, value), NONE, NONE))
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith(key + ": ")
        .hasMessageContaining("(expected: ")
        .hasMessageNotContainingAny("\n")
        .extracting("key")
        .isEqualTo(key);
  }

  @Test
  void saysWhatAPortIs() {
    assertThatThrownBy(() -> resolve(Map.of(Keys.PORT, "abc"), NONE, NONE))
        .hasMessage("router.port: abc (expected: a number from 0 to 65535)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "disable", "None", "DISABLE"})
  void hasNoPrefillStageWithoutUrls(String value) {
    Settings settings = resolve(Map.of(Keys.PREFILL_URLS, value), NONE, NONE);

    assertThat(settings.getList(Keys.PREFILL_URLS)).isEmpty();
    assertThat(settings.get(Keys.PREFILL_DISABLED)).isEqualTo("true");
  }

  @Test
  void tellsRoutesWhichStagesThereAre() {
    Settings settings =
        resolve(Map.of(Keys.ENCODE_URLS, "http://e", Keys.PREFILL_URLS, "http://p"), NONE, NONE);

    assertThat(settings.get(Keys.ENCODE_DISABLED)).isEqualTo("false");
    assertThat(settings.get(Keys.PREFILL_DISABLED)).isEqualTo("false");
  }

  @Test
  void refusesUnknownKeysWhereverTheyStandButInTheEnvironment() throws IOException {
    Map<String, String> unknown = Map.of("router.prot", "1");

    assertThat(resolve(NONE, NONE, Map.of("ROUTER_PROT", "1")).getInt(Keys.PORT)).isEqualTo(8000);
    assertThatThrownBy(() -> resolve(unknown, NONE, NONE)).hasMessageContaining("the flags");
    assertThatThrownBy(() -> resolve(NONE, unknown, NONE)).hasMessageContaining("-D");

    file("application.properties", "router.prot=1");

    assertThatThrownBy(() -> resolve(NONE, NONE, NONE))
        .hasMessage(
            "router.prot: 1 (expected: a known key in config/application.properties,"
                + " did you mean router.port?)");
  }

  @Test
  void doesNotLetTheDerivedKeysBeSet() {
    assertThatThrownBy(() -> resolve(Map.of(Keys.ENCODE_DISABLED, "true"), NONE, NONE))
        .isInstanceOf(SettingException.class);
  }

  @Test
  void guessesNothingForAKeyLikeNoOther() {
    assertThatThrownBy(() -> resolve(Map.of("router.something-else", "1"), NONE, NONE))
        .hasMessageNotContaining("did you mean");
  }

  @Test
  void keepsWhatFilesSayToOthersUnlessAStrongerSourceSaysElse() throws IOException {
    file("application.properties", "my.key=file\nmy.other=file");

    Settings settings = resolve(NONE, Map.of("my.key", "system"), NONE);

    assertThat(settings.asMap())
        .containsEntry("my.key", "system")
        .containsEntry("my.other", "file");
  }

  @Test
  void readsFilesAsUtf8() throws IOException {
    file("application.properties", "my.key=ü");

    assertThat(resolve(NONE, NONE, NONE).get("my.key")).isEqualTo("ü");
  }

  @ParameterizedTest
  @ValueSource(strings = {"my.key=\\u12", "my.key=\u00ff"})
  void namesAFileThatCannotBeRead(String content) throws IOException {
    Path file = directory.resolve("config/application.properties");
    Files.createDirectories(file.getParent());
    Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> resolve(NONE, NONE, NONE))
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith("config/application.properties: ");
  }

  @Test
  void asksForADecodeWorkerByKeyAndFlag() {
    assertThatThrownBy(() -> resolve(NONE, NONE, NONE).requireDecodeWorkers())
        .hasMessageStartingWith("router.decode.urls: empty")
        .hasMessageContaining("--decode-servers-urls");
  }

  @Test
  void hasNoValueForOtherKeys() {
    Settings settings = resolve(NONE, NONE, NONE);

    assertThatIllegalArgumentException().isThrownBy(() -> settings.get("router.nothing"));
  }

  private void file(String name, String content) throws IOException {
    Path file = directory.resolve("config").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private Settings resolve(
      Map<String, String> flags, Map<String, String> system, Map<String, String> environment) {
    return Settings.resolve(sources(flags, system, environment));
  }

  private Sources sources(
      Map<String, String> flags, Map<String, String> system, Map<String, String> environment) {
    return new Sources(flags, system, environment, directory);
  }
}
