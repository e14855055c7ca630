package org.epdrouter.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartInputAudio;
import com.openai.models.chat.completions.ChatCompletionContentPartInputAudio.InputAudio;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.models.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.epdrouter.simulator.Faults;
import org.epdrouter.simulator.Role;
import org.epdrouter.simulator.SimulatedWorker;
import org.epdrouter.simulator.SimulatorSettings;
import org.epdrouter.simulator.WorkerState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** OpenAI's own Java SDK, set up as its users do. */
class OpenAiSdkTest {
  private static final String CAT = "https://example.com/cat.jpg";
  private static final String DOG = "data:image/png;base64,iVBORw0KGgo=";
  private static final String FILLER = "the quick brown fox jumps over the lazy dog while";

  private static Deployment deployment;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    deployment = Deployment.start(SimulatorSettings.of(2, 1, 2));
    client = OpenAIOkHttpClient.builder().apiKey("EMPTY").baseUrl(deployment.url() + "/v1").build();
  }

  @AfterAll
  static void stop() {
    client.close();
    deployment.close();
  }

  @AfterEach
  void reset() {
    workers().forEach(worker -> worker.inject(Faults.NONE));
    deployment.simulator().reset();
  }

  @Test
  void answersAtOnce() {
    ChatCompletion answer = client.chat().completions().create(ask(image(CAT)).build());

    assertThat(answer.model()).isEqualTo(Deployment.MODEL);
    assertThat(text(answer)).startsWith("Saw 1 image " + Media.seen(CAT) + " : " + FILLER);
    assertThat(answer.choices().get(0).finishReason()).hasToString("stop");
    assertThat(answer.usage())
        .hasValueSatisfying(u -> assertThat(u.completionTokens()).isEqualTo(16));
    deployment.assertEncodedOnce(1);
  }

  @Test
  void streams() {
    List<ChatCompletionChunk> chunks = stream(ask(image(CAT)).maxCompletionTokens(8).build());

    assertThat(text(chunks)).isEqualTo("Saw 1 image " + Media.seen(CAT) + " : the quick brown");
    assertThat(chunks).hasSize(9);
    assertThat(chunks).extracting(ChatCompletionChunk::id).containsOnly(chunks.get(0).id());
    deployment.assertEncodedOnce(1);
  }

  @Test
  void sendsSeveralImages() {
    ChatCompletion answer =
        client.chat().completions().create(ask(image(CAT), text("or"), image(DOG)).build());

    assertThat(text(answer))
        .startsWith("Saw 2 image " + Media.seen(CAT) + " " + Media.seen(DOG) + " : the");
    assertThat(deployment.simulator().state().of(Role.ENCODE))
        .extracting(WorkerState::itemsEncoded)
        .containsOnly(1L);
    deployment.assertEncodedOnce(2);
  }

  @Test
  void sendsAudio() {
    String data = "UklGRiQAAABXQVZF";

    List<ChatCompletionChunk> chunks = stream(ask(audio(data), image(CAT)).build());

    assertThat(text(chunks))
        .startsWith("Saw 1 audio " + Media.seen(data) + " 1 image " + Media.seen(CAT));
    deployment.assertEncodedOnce(2);
  }

  @Test
  void getsTheUsageChunk() {
    ChatCompletionStreamOptions usage =
        ChatCompletionStreamOptions.builder().includeUsage(true).build();

    List<ChatCompletionChunk> chunks =
        stream(ask(image(CAT)).maxCompletionTokens(5).streamOptions(usage).build());

    ChatCompletionChunk last = chunks.get(chunks.size() - 1);
    assertThat(last.choices()).isEmpty();
    assertThat(last.usage()).hasValueSatisfying(u -> assertThat(u.completionTokens()).isEqualTo(5));
    assertThat(chunks.subList(0, chunks.size() - 1))
        .allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
    deployment.assertEncodedOnce(1);
  }

  @Test
  void answersTextWithoutEncoding() {
    List<ChatCompletionChunk> chunks = stream(ask(text("Hello")).build());

    assertThat(text(chunks)).startsWith("Saw no media: the quick");
    deployment.assertEncodedOnce(0);
  }

  @Test
  void throwsTheClassOfAWorkersStatus() {
    ChatCompletionCreateParams unknown = ask(text("Hello")).model("no-such-model").build();

    assertThatThrownBy(() -> client.chat().completions().create(unknown))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("no-such-model");
    assertThatThrownBy(() -> stream(unknown)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void throwsTheClassOfTheRoutersStatus() {
    ChatCompletionCreateParams params =
        ask(text("Hello"))
            .putAdditionalBodyProperty(
                "kv_transfer_params", JsonValue.from(Map.of("remote_host", "10.0.0.1")))
            .build();

    assertThatThrownBy(() -> client.chat().completions().create(params))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("kv_transfer_params");
    assertThat(deployment.simulator().state().sum(WorkerState::chats)).isZero();
  }

  @Test
  void retriesTwiceWhenAWorkerAsksForIt() {
    workers(Role.PREFILL).forEach(worker -> worker.inject(Faults.answer(503, 1).onNext(2)));
    long start = System.nanoTime();

    ChatCompletion answer = client.chat().completions().create(ask(image(CAT)).build());

    assertThat(text(answer)).startsWith("Saw 1 image " + Media.seen(CAT));
    // Without Retry-After the SDK's own pauses would be 0.5 s and 1 s at most.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1900));
    assertThat(deployment.simulator().state().sum(Role.PREFILL, WorkerState::chats)).isEqualTo(3);
    assertThat(deployment.simulator().state().sum(WorkerState::itemsEncoded)).isEqualTo(1);
  }

  @Test
  void throwsWhatAWorkerSaidWhenRetriesAreUsedUp() {
    workers(Role.ENCODE).forEach(worker -> worker.inject(Faults.answer(500)));
    ChatCompletionCreateParams params = ask(image(CAT)).build();

    assertThatThrownBy(
            () -> client.withOptions(o -> o.maxRetries(0)).chat().completions().create(params))
        .isInstanceOf(InternalServerException.class)
        .hasMessageContaining("500: simulated fault");
    assertThat(deployment.simulator().state().sum(Role.PREFILL, WorkerState::chats)).isZero();
    assertThat(deployment.simulator().state().sum(Role.DECODE, WorkerState::chats)).isZero();
  }

  @Test
  void throwsWhenAStreamIsCut() {
    workers(Role.DECODE).forEach(worker -> worker.inject(Faults.resetAfter(4)));
    List<ChatCompletionChunk> received = new ArrayList<>();

    assertThatThrownBy(() -> stream(ask(image(CAT)).build(), received))
        .isInstanceOf(OpenAIException.class);

    assertThat(received).hasSize(4);
  }

  @Test
  void takesABaseUrlWithASlashAtItsEnd() {
    OpenAIClient slashed = client.withOptions(o -> o.baseUrl(deployment.url() + "/v1/"));

    ChatCompletion answer = slashed.chat().completions().create(ask(image(CAT)).build());

    assertThat(text(answer)).startsWith("Saw 1 image");
    deployment.assertEncodedOnce(1);
  }

  @Test
  void listsTheModels() {
    List<Model> models = client.models().list().data();

    assertThat(models).extracting(Model::id).containsExactly(Deployment.MODEL);
    assertThat(models).extracting(Model::ownedBy).containsExactly("vllm");
  }

  private static Stream<SimulatedWorker> workers() {
    return deployment.simulator().workers().stream();
  }

  private static List<SimulatedWorker> workers(Role role) {
    return deployment.simulator().workers(role);
  }

  private static ChatCompletionCreateParams.Builder ask(ChatCompletionContentPart... parts) {
    return ChatCompletionCreateParams.builder()
        .model(Deployment.MODEL)
        .addSystemMessage("You are a helpful assistant.")
        .addUserMessageOfArrayOfContentParts(List.of(parts));
  }

  private static ChatCompletionContentPart image(String url) {
    return ChatCompletionContentPart.ofImageUrl(
        ChatCompletionContentPartImage.builder()
            .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder().url(url).build())
            .build());
  }

  private static ChatCompletionContentPart audio(String data) {
    return ChatCompletionContentPart.ofInputAudio(
        ChatCompletionContentPartInputAudio.builder()
            .inputAudio(InputAudio.builder().data(data).format(InputAudio.Format.WAV).build())
            .build());
  }

  private static ChatCompletionContentPart text(String text) {
    return ChatCompletionContentPart.ofText(
        ChatCompletionContentPartText.builder().text(text).build());
  }

  private static List<ChatCompletionChunk> stream(ChatCompletionCreateParams params) {
    List<ChatCompletionChunk> chunks = new ArrayList<>();
    stream(params, chunks);
    return chunks;
  }

  private static void stream(ChatCompletionCreateParams params, List<ChatCompletionChunk> into) {
    try (StreamResponse<ChatCompletionChunk> response =
        client.chat().completions().createStreaming(params)) {
      response.stream().forEach(into::add);
    }
  }

  private static String text(ChatCompletion answer) {
    return answer.choices().get(0).message().content().orElse("");
  }

  private static String text(List<ChatCompletionChunk> chunks) {
    return chunks.stream()
        .flatMap(chunk -> chunk.choices().stream())
        .map(choice -> choice.delta().content().orElse(""))
        .collect(Collectors.joining());
  }
}
