package org.epdrouter;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import jakarta.jms.BytesMessage;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.epdrouter.settings.Keys;
import org.epdrouter.testing.Json;
import org.epdrouter.testing.ReceivedRequest;
import org.epdrouter.testing.Requests;
import org.epdrouter.testing.RouterProcess;
import org.epdrouter.testing.ScriptedWorker;
import org.epdrouter.testing.Scripts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** {@code routes/optional/jms.camel.yaml} between a real broker and scripted workers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JmsFrontTest {
  private static final String QUEUE = "chat-completions";

  private final ScriptedWorker encode = ScriptedWorker.encode();
  private final ScriptedWorker prefill = ScriptedWorker.prefill();
  private final ScriptedWorker decode = ScriptedWorker.decode();
  private JmsBroker broker;
  private EpdRouter.Running router;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    broker = new JmsBroker();
    router = RouteFolder.in(directory).withOptional("jms.camel.yaml").start(settings());
  }

  @BeforeEach
  void reset() {
    encode.reset();
    prefill.reset();
    decode.reset();
  }

  @AfterEach
  void everyRequestWasTakenOnce() {
    assertThat(broker.waiting(QUEUE)).isZero();
  }

  @AfterAll
  void stop() throws Exception {
    router.close();
    broker.close();
    encode.close();
    prefill.close();
    decode.close();
  }

  @Test
  void answersATextMessageWithATextMessage() throws Exception {
    Message answer = broker.ask(QUEUE, c -> c.createTextMessage(Requests.images(2)));

    assertThat(answer).isInstanceOf(TextMessage.class);
    assertThat(answer.getIntProperty("status")).isEqualTo(200);
    assertThat(answer.getStringProperty("Content_HYPHEN_Type")).isEqualTo("application/json");
    assertThat(Json.parse(((TextMessage) answer).getText()).at("/choices")).isNotEmpty();
    assertThat(encode.chats()).hasSize(2);
    assertThat(decode.awaitChat(0).json().at("/kv_transfer_params/remote_engine_id").asText())
        .isEqualTo("e-1");
  }

  @Test
  void answersABytesMessageWithABytesMessage() throws Exception {
    byte[] body = Requests.text().replace("Hi", "Grüß Gott").getBytes(StandardCharsets.UTF_8);

    Message answer =
        broker.ask(
            QUEUE,
            c -> {
              BytesMessage request = c.createBytesMessage();
              write(request, body);
              return request;
            });

    assertThat(answer).isInstanceOf(BytesMessage.class);
    String text = new String(answer.getBody(byte[].class), StandardCharsets.UTF_8);
    assertThat(Json.parse(text).has("choices")).isTrue();
    assertThat(decode.awaitChat(0).text()).contains("Grüß Gott");
  }

  @Test
  void answersAStreamedRequestWhole() throws Exception {
    Message answer = broker.ask(QUEUE, c -> c.createTextMessage(Requests.streamed()));

    assertThat(answer.getIntProperty("status")).isEqualTo(200);
    assertThat(answer.getStringProperty("Content_HYPHEN_Type")).startsWith("text/event-stream");
    assertThat(answer.getBody(String.class))
        .isEqualTo(
            Scripts.EVENTS.stream().map("data: %s\n\n"::formatted).collect(Collectors.joining()));
  }

  @Test
  void answersAWorkersErrorAsItCame() throws Exception {
    String error = "{\"error\":{\"message\":\"full\",\"type\":\"x\",\"param\":null,\"code\":429}}";
    decode.onChat((request, to) -> to.json(429, error, "Retry-After: 7", "X-Inside: secret"));

    Message answer = broker.ask(QUEUE, c -> c.createTextMessage(Requests.images(1)));

    assertThat(answer.getBody(String.class)).isEqualTo(error);
    assertThat(answer.getIntProperty("status")).isEqualTo(429);
    assertThat(answer.getStringProperty("Retry_HYPHEN_After")).isEqualTo("7");
    assertThat(properties(answer)).noneMatch(name -> name.contains("Inside"));
  }

  @Test
  void keepsTheOtherHeadersOfAWorkerToItself() throws Exception {
    decode.onChat((request, to) -> to.json(200, Scripts.COMPLETION, "X-Inside: secret"));

    Message answer = broker.ask(QUEUE, c -> c.createTextMessage(Requests.text()));

    assertThat(properties(answer))
        .containsExactlyInAnyOrder(
            "status", "Content_HYPHEN_Type", "X_HYPHEN_Request_HYPHEN_Id", "JMSXDeliveryCount");
  }

  @Test
  void answersAStreamThatBreaksWithAnError() throws Exception {
    decode.onChat(
        (request, to) -> {
          to.startEvents().event(Scripts.EVENTS.get(0));
          to.reset();
        });

    Message answer = broker.ask(QUEUE, c -> c.createTextMessage(Requests.streamed()));

    assertThat(answer.getIntProperty("status")).isEqualTo(502);
    assertThat(errorCode(answer)).isEqualTo("worker_failed");
  }

  @Test
  void answersARequestThatIsNoneWithAnError() throws Exception {
    Message answer = broker.ask(QUEUE, c -> c.createTextMessage("{"));

    assertThat(answer.getIntProperty("status")).isEqualTo(400);
    assertThat(errorCode(answer)).isEqualTo("invalid_json");
  }

  @Test
  void answersAMessageWithoutABodyWithAnError() throws Exception {
    Message answer = broker.ask(QUEUE, c -> c.createTextMessage());

    assertThat(answer.getIntProperty("status")).isEqualTo(400);
    assertThat(errorCode(answer)).isEqualTo("invalid_json");
  }

  @Test
  void refusesMessagesOfOtherTypes() throws Exception {
    MapMessage map = broker.client().createMapMessage();
    map.setString("model", "m");
    StreamMessage stream = broker.client().createStreamMessage();
    stream.writeString("m");

    for (Message request : List.of(map, stream, broker.client().createMessage())) {
      Message answer = broker.ask(QUEUE, request);

      assertThat(answer.getIntProperty("status")).isEqualTo(400);
      assertThat(new String(answer.getBody(byte[].class), StandardCharsets.UTF_8))
          .contains("neither a TextMessage nor a BytesMessage");
    }
    assertThat(decode.chats()).isEmpty();
  }

  @Test
  void neverDeserialisesAnObject() throws Exception {
    ObjectMessage request = broker.client().createObjectMessage(new Trap());

    Message answer = broker.ask(QUEUE, request);

    assertThat(answer.getIntProperty("status")).isEqualTo(400);
    assertThat(Trap.SPRUNG).isFalse();
  }

  @Test
  void sendsOnlyTheHeadersThatAreForwardedToTheWorkers() throws Exception {
    broker.ask(
        QUEUE,
        c -> {
          TextMessage request = c.createTextMessage(Requests.images(1));
          set(request, "x_HYPHEN_session_HYPHEN_id", "s-1");
          set(request, "traceparent", "00-1-2-01");
          set(request, "Authorization", "Bearer key");
          set(request, "x_HYPHEN_other", "no");
          set(request, "CamelHttpPath", "/no");
          set(request, "cAmelHttpMethod", "DELETE");
          return request;
        });

    for (ScriptedWorker worker : List.of(encode, prefill, decode)) {
      ReceivedRequest call = worker.awaitChat(0);
      assertThat(call.header("x-session-id")).isEqualTo("s-1");
      assertThat(call.header("traceparent")).isEqualTo("00-1-2-01");
      assertThat(call.header("Authorization")).isEqualTo("Bearer key");
      assertThat(call.requestLine()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
      assertThat(call.headers())
          .extracting(header -> header.name().toLowerCase(java.util.Locale.ROOT))
          .noneMatch(name -> name.startsWith("jms") || name.contains("camel"))
          .doesNotContain("x-other", "x_hyphen_other");
    }
  }

  @Test
  void takesTheCorrelationIdAsRequestId() throws Exception {
    Message answer = broker.ask(QUEUE, correlated("job-7", Requests.text()));

    assertThat(answer.getJMSCorrelationID()).isEqualTo("job-7");
    assertThat(answer.getStringProperty("X_HYPHEN_Request_HYPHEN_Id")).isEqualTo("job-7");
    assertThat(decode.awaitChat(0).requestId()).isEqualTo("job-7");
  }

  @Test
  void prefersARequestIdOfItsOwnName() throws Exception {
    Message request = correlated("job-8", Requests.text());
    request.setStringProperty("X_HYPHEN_Request_HYPHEN_Id", "mine");

    Message answer = broker.ask(QUEUE, request);

    assertThat(answer.getJMSCorrelationID()).isEqualTo("job-8");
    assertThat(decode.awaitChat(0).requestId()).isEqualTo("mine");
  }

  @Test
  void correlatesByMessageIdWithoutACorrelationId() throws Exception {
    TextMessage request = broker.client().createTextMessage(Requests.text());

    Message answer = broker.ask(QUEUE, request);

    assertThat(answer.getJMSCorrelationID()).isEqualTo(request.getJMSMessageID());
    assertThat(answer.getStringProperty("X_HYPHEN_Request_HYPHEN_Id")).hasSize(36);
  }

  @Test
  void dropsTheAnswerOfARequestWithoutReplyTo() throws Exception {
    ListAppender<ILoggingEvent> log = listen();

    broker.send(QUEUE, broker.client().createTextMessage(Requests.text()));
    broker.ask(QUEUE, c -> c.createTextMessage(Requests.text()));

    decode.awaitChat(1);
    assertThat(decode.chats()).hasSize(2);
    assertThat(List.copyOf(log.list))
        .extracting(ILoggingEvent::getFormattedMessage)
        .anyMatch(line -> line.endsWith("has no JMSReplyTo: its answer will be dropped"));
  }

  @Test
  void takesTheNextRequestWhileAWorkerIsBusy() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    decode.onChat(
        (request, to) -> {
          if (request.text().contains("slow")) {
            to.await(go);
          }
          to.json(200, "{}");
        });
    Queue slow = broker.replies();

    broker.send(QUEUE, Requests.text("\"user\":\"slow\""), slow);
    Message quick = broker.ask(QUEUE, c -> c.createTextMessage(Requests.text()));
    go.countDown();

    assertThat(quick.getIntProperty("status")).isEqualTo(200);
    assertThat(broker.receive(slow).getIntProperty("status")).isEqualTo(200);
  }

  @Test
  void answersWhenTheTimeOfARequestIsUp(@TempDir Path directory) throws Exception {
    decode.onChat((request, to) -> to.stall());
    Map<String, String> hasty = new HashMap<>(settings());
    hasty.put("router.request-timeout", "2s");
    hasty.put("router.jms.queue", "hasty");

    try (EpdRouter.Running other =
        RouteFolder.in(directory).withOptional("jms.camel.yaml").start(hasty)) {
      Message answer = broker.ask(queueOf(other), c -> c.createTextMessage(Requests.text()));

      assertThat(answer.getIntProperty("status")).isEqualTo(504);
      assertThat(errorCode(answer)).isEqualTo("stage_timeout");
      decode.awaitChat(0).awaitDisconnect();
    }
  }

  @Test
  void refusesABodyThatIsTooLong(@TempDir Path directory) throws Exception {
    Map<String, String> small = new HashMap<>(settings());
    small.put("router.max-body", "1KB");
    small.put("router.jms.queue", "small");

    try (EpdRouter.Running other =
        RouteFolder.in(directory).withOptional("jms.camel.yaml").start(small)) {
      Message answer =
          broker.ask(
              queueOf(other),
              c -> c.createTextMessage(Requests.parts(List.of(Requests.inlineImage(1024)))));

      assertThat(answer.getIntProperty("status")).isEqualTo(413);
      assertThat(errorCode(answer)).isEqualTo("body_too_large");
    }
  }

  @Test
  void namesTheMavenProfileWhereTheBuildLacksIt(@TempDir Path directory) throws Exception {
    RouteFolder.in(directory).withOptional("jms.camel.yaml");
    Pattern libraries = Pattern.compile("artemis|camel-jms|spring|pooled-jms|jakarta");

    try (RouterProcess process =
        RouterProcess.in(directory)
            .asShipped()
            .without(libraries)
            .jvmFlags(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"))
            .start("--port", "0", "--decode-servers-urls", "http://d")) {
      assertThat(process.exitCode()).isEqualTo(1);
      assertThat(process.errors())
          .singleElement()
          .asString()
          .startsWith("routes/jms.camel.yaml:")
          .contains("profile: jms is not in this build (expected: ./mvnw package -Pjms)");
    }
  }

  private Map<String, String> settings() {
    return Map.of(
        Keys.ENCODE_URLS,
        encode.url(),
        Keys.PREFILL_URLS,
        prefill.url(),
        Keys.DECODE_URLS,
        decode.url(),
        "router.jms.broker-url",
        broker.url(),
        "router.jms.queue",
        QUEUE);
  }

  private static String queueOf(EpdRouter.Running other) {
    return other.context().resolvePropertyPlaceholders("{{router.jms.queue}}");
  }

  private Message correlated(String id, String text) throws Exception {
    TextMessage request = broker.client().createTextMessage(text);
    request.setJMSCorrelationID(id);
    return request;
  }

  private static String errorCode(Message answer) throws Exception {
    return Json.parse(answer.getBody(String.class)).at("/error/code").asText();
  }

  private static List<String> properties(Message message) throws Exception {
    List<String> names = new ArrayList<>();
    for (Enumeration<?> all = message.getPropertyNames(); all.hasMoreElements(); ) {
      names.add(all.nextElement().toString());
    }
    return names;
  }

  private static ListAppender<ILoggingEvent> listen() {
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).addAppender(appender);
    return appender;
  }

  private static void write(BytesMessage message, byte[] bytes) {
    try {
      message.writeBytes(bytes);
    } catch (jakarta.jms.JMSException e) {
      throw new AssertionError(e);
    }
  }

  private static void set(Message message, String name, String value) {
    try {
      message.setStringProperty(name, value);
    } catch (jakarta.jms.JMSException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Trap implements Serializable {
    private static final long serialVersionUID = 1L;
    static final AtomicBoolean SPRUNG = new AtomicBoolean();

    private void readObject(ObjectInputStream stream) throws IOException {
      SPRUNG.set(true);
    }
  }
}
