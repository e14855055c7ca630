package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.BeanInject;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.apache.camel.test.main.junit5.Configure;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.settings.Keys;
import org.epdrouter.settings.Settings;
import org.epdrouter.settings.Sources;
import org.epdrouter.testing.Json;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real pipeline between scripted workers and a front that is not HTTP. */
@CamelMainTest(dumpRouteCoverage = true)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PipelineRoutesTest {
  private static final String FRONT = "direct:front";
  private static final String PIPELINE = "direct:chat-completions";
  private static final byte[] MIB = new byte[1 << 20];

  private final List<ScriptedWorker> encode =
      List.of(ScriptedWorker.encode(), ScriptedWorker.encode());
  private final ScriptedWorker prefill = ScriptedWorker.prefill();
  private final List<ScriptedWorker> decode =
      List.of(ScriptedWorker.decode(), ScriptedWorker.decode());

  @BeanInject private CamelContext context;

  @Configure
  void configure(MainConfigurationProperties configuration) {
    Properties settings = new Properties();
    settings.putAll(Settings.resolve(sources()).asMap());
    configuration.addConfiguration(
        new CamelConfiguration() {
          @Override
          public void configure(CamelContext created) throws Exception {
            created.getPropertiesComponent().setOverrideProperties(settings);
            PluginHelper.getRoutesLoader(created).loadRoutes(files(created));
          }
        });
    configuration.addRoutesBuilder(
        new RouteBuilder() {
          @Override
          public void configure() {
            from(FRONT).routeConfigurationId("errors").to(PIPELINE).process("collectAnswer");
          }
        });
  }

  private static List<Resource> files(CamelContext context) {
    return Stream.of("beans", "errors", "pipeline")
        .map("file:routes/%s.camel.yaml"::formatted)
        .map(PluginHelper.getResourceLoader(context)::resolveResource)
        .toList();
  }

  private Sources sources() {
    Map<String, String> flags = new HashMap<>();
    flags.put(Keys.ENCODE_URLS, urls(encode));
    flags.put(Keys.PREFILL_URLS, prefill.url());
    flags.put(Keys.DECODE_URLS, urls(decode));
    flags.put("router.health.interval", "off");
    flags.put("router.breaker.failures", "0");
    flags.put("router.max-answer", "1MB");
    return new Sources(flags, Map.of(), Map.of(), Path.of(""));
  }

  private static String urls(List<ScriptedWorker> workers) {
    return String.join(",", workers.stream().map(ScriptedWorker::url).toList());
  }

  @BeforeEach
  void reset() {
    workers().forEach(ScriptedWorker::reset);
  }

  @AfterAll
  void stop() {
    workers().forEach(ScriptedWorker::close);
  }

  private Stream<ScriptedWorker> workers() {
    return Stream.of(encode.stream(), Stream.of(prefill), decode.stream()).flatMap(s -> s);
  }

  @Test
  void encodesThenPrefillsThenDecodes() {
    Exchange answer = ask(FRONT, Requests.images(3));

    assertThat(answer.getException()).isNull();
    assertThat(status(answer)).isEqualTo(200);
    assertThat(text(answer)).isEqualTo(Scripts.COMPLETION);
    List<ReceivedRequest> encoded = chats(encode);
    assertThat(encoded).hasSize(3);
    long decoded = chats(decode).get(0).arrivedNanos();
    long prefilled = prefill.awaitChat(0).arrivedNanos();
    assertThat(encoded).allMatch(call -> call.arrivedNanos() - prefilled < 0);
    assertThat(prefilled - decoded).isNegative();
  }

  @Test
  void skipsEncodeWithoutMedia() {
    Exchange answer = ask(FRONT, Requests.text());

    assertThat(status(answer)).isEqualTo(200);
    assertThat(chats(encode)).isEmpty();
  }

  @Test
  void endsTheSplitAtTheFirstFailedItem() {
    CountDownLatch bothAreThere = new CountDownLatch(2);
    encode
        .get(0)
        .onChat(
            (request, to) -> {
              bothAreThere.countDown();
              to.await(bothAreThere);
              Scripts.error(422).answer(request, to);
            });
    encode
        .get(1)
        .onChat(
            (request, to) -> {
              bothAreThere.countDown();
              to.stall();
            });

    Exchange answer = ask(FRONT, Requests.images(2));

    assertThat(status(answer)).isEqualTo(422);
    assertThat(text(answer)).isEqualTo(Scripts.errorBody(422));
    encode.get(1).awaitChat(0).awaitDisconnect();
    assertThat(prefill.chats()).isEmpty();
    assertThat(chats(decode)).isEmpty();
  }

  @Test
  void encodesALostItemOnAnotherWorker() {
    encode.get(0).onChat(Scripts.CLOSE);

    Exchange answer = ask(FRONT, Requests.images(2));

    assertThat(status(answer)).isEqualTo(200);
    assertThat(encode.get(1).chats()).hasSize(2);
  }

  @Test
  void neverDecodesAfterAFailedPrefill() {
    prefill.onChat(Scripts.error(500));

    Exchange answer = ask(FRONT, Requests.images(1));

    assertThat(status(answer)).isEqualTo(500);
    assertThat(text(answer)).isEqualTo(Scripts.errorBody(500));
    assertThat(prefill.chats()).hasSize(1);
    assertThat(chats(decode)).isEmpty();
  }

  @Test
  void neverDecodesAfterAPrefillThatAnswersGarbage() {
    prefill.onChat((request, to) -> to.json(200, "[]"));

    Exchange answer = ask(FRONT, Requests.text());

    assertThat(status(answer)).isEqualTo(502);
    assertThat(errorCode(answer)).isEqualTo("worker_failed");
    assertThat(chats(decode)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "{}"})
  void decodesTheRequestAsItCameWithoutTransferParams(String params) {
    prefill.onChat(Scripts.prefillWith(params));

    ask(FRONT, Requests.text());

    assertThat(chats(decode))
        .singleElement()
        .extracting(ReceivedRequest::text)
        .isEqualTo(Requests.text());
  }

  @Test
  void prefillsAgainForAnotherDecodeWorker() {
    AtomicInteger prefills = new AtomicInteger();
    prefill.onChat(
        (request, to) ->
            Scripts.prefillWith("{\"remote_port\":%d}".formatted(prefills.incrementAndGet()))
                .answer(request, to));
    AtomicInteger decodes = new AtomicInteger();
    decode.forEach(
        worker ->
            worker.onChat(
                (request, to) -> {
                  if (decodes.incrementAndGet() == 1) {
                    to.close();
                  } else {
                    to.json(200, Scripts.COMPLETION);
                  }
                }));

    Exchange answer = ask(FRONT, Requests.images(1));

    assertThat(status(answer)).isEqualTo(200);
    assertThat(chats(encode)).hasSize(1);
    assertThat(prefill.chats()).hasSize(2);
    assertThat(decode).allMatch(worker -> worker.chats().size() == 1);
    assertThat(chats(decode))
        .extracting(call -> call.json().at("/kv_transfer_params/remote_port").asInt())
        .containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void answersThatDecodeIsLostWhenNoWorkerIsLeft() {
    decode.forEach(worker -> worker.onChat(Scripts.CLOSE));

    Exchange answer = ask(FRONT, Requests.text());

    assertThat(status(answer)).isEqualTo(502);
    assertThat(errorCode(answer)).isEqualTo("worker_failed");
    assertThat(prefill.chats()).hasSize(2);
    assertThat(decode).noneMatch(worker -> worker.chats().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 429, 500, 503})
  void passesDecodesErrorOnWithoutAnotherTry(int status) {
    decode.forEach(worker -> worker.onChat(Scripts.error(status, "Retry-After: 3")));

    Exchange answer = ask(FRONT, Requests.streamed());

    assertThat(status(answer)).isEqualTo(status);
    assertThat(text(answer)).isEqualTo(Scripts.errorBody(status));
    assertThat(answer.getMessage().getHeader("Retry-After")).isEqualTo("3");
    assertThat(answer.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("application/json");
    assertThat(prefill.chats()).hasSize(1);
    assertThat(chats(decode)).hasSize(1);
  }

  @Test
  void collectsAStreamWhole() {
    Exchange answer = ask(FRONT, Requests.streamed());

    assertThat(status(answer)).isEqualTo(200);
    assertThat(text(answer).split("\n\n")).hasSize(Scripts.EVENTS.size());
    assertThat(text(answer)).startsWith("data: " + Scripts.EVENTS.get(0)).endsWith("[DONE]\n\n");
  }

  @Test
  void answersABrokenStreamWithAnErrorAlone() {
    decode.forEach(
        worker ->
            worker.onChat(
                (request, to) -> {
                  to.startEvents().event(Scripts.EVENTS.get(0));
                  to.close();
                }));

    Exchange answer = ask(FRONT, Requests.streamed());

    assertThat(status(answer)).isEqualTo(502);
    assertThat(errorCode(answer)).isEqualTo("worker_failed");
    assertThat(text(answer)).doesNotContain("data:");
  }

  @Test
  void cancelsAStreamThatIsTooLongToCollect() {
    decode.forEach(
        worker ->
            worker.onChat(
                (request, to) -> {
                  to.startEvents();
                  for (int i = 0; i < 3; i++) {
                    to.chunk("data: ").chunk(MIB).chunk("\n\n");
                  }
                  to.stall();
                }));

    Exchange answer = ask(FRONT, Requests.streamed());

    assertThat(status(answer)).isEqualTo(502);
    assertThat(text(answer)).contains("router.max-answer (1048576 bytes)");
    chats(decode).get(0).awaitDisconnect();
  }

  @Test
  void letsFailuresLeaveAsExceptions() {
    prefill.onChat(Scripts.error(429, "Retry-After: 3"));

    Exchange answer = ask(PIPELINE, Requests.text());

    assertThat(answer.getException())
        .isInstanceOfSatisfying(
            OpenAiException.class,
            failure -> {
              assertThat(failure.status()).isEqualTo(429);
              assertThat(failure.fromWorker()).isTrue();
              assertThat(failure.headers()).containsEntry("Retry-After", "3");
            });
  }

  @Test
  void takesBytesTextAndBuffers() {
    String request = Requests.text().replace("Hi", "Grüße");
    byte[] bytes = request.getBytes(StandardCharsets.UTF_8);
    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer().writeBytes(bytes);

    for (Object body : List.of(bytes, request, buffer, Unpooled.wrappedBuffer(bytes))) {
      reset();

      assertThat(status(ask(FRONT, body))).isEqualTo(200);
      assertThat(prefill.awaitChat(0).json().at("/messages/0/content").asText()).isEqualTo("Grüße");
    }
    assertThat(buffer.release()).isTrue();
  }

  @Test
  void refusesWhatIsNoChatRequest() {
    Exchange none = context.createProducerTemplate().send(FRONT, exchange -> {});

    assertThat(status(none)).isEqualTo(400);
    assertThat(errorCode(none)).isEqualTo("invalid_json");
    assertThat(status(ask(FRONT, "{}"))).isEqualTo(400);
    assertThat(workers()).allMatch(worker -> worker.chats().isEmpty());
  }

  private Exchange ask(String front, Object body) {
    try (ProducerTemplate template = context.createProducerTemplate()) {
      return template.send(
          front,
          exchange -> {
            exchange.setPattern(ExchangePattern.InOut);
            exchange.getMessage().setBody(body);
          });
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<ReceivedRequest> chats(List<ScriptedWorker> workers) {
    return workers.stream().flatMap(worker -> worker.chats().stream()).toList();
  }

  private static int status(Exchange answer) {
    return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
  }

  private static String text(Exchange answer) {
    return new String(answer.getMessage().getBody(byte[].class), StandardCharsets.UTF_8);
  }

  private static String errorCode(Exchange answer) {
    return Json.parse(text(answer)).at("/error/code").asText();
  }
}
