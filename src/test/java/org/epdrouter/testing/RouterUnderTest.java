package org.epdrouter.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.epdrouter.EpdRouter;
import org.epdrouter.relay.Admission;
import org.epdrouter.worker.Worker;
import org.epdrouter.worker.WorkerPool;

/** A router in this JVM, on a free port, between scripted workers. */
public final class RouterUnderTest implements AutoCloseable {
  private static final AtomicLong IDS = new AtomicLong();

  private final EpdRouter.Running running;

  private RouterUnderTest(EpdRouter.Running running) {
    this.running = running;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** A request id that no other test of this JVM uses. */
  public static String newId() {
    return "test-" + IDS.incrementAndGet();
  }

  public int port() {
    return running.port();
  }

  public String url() {
    return "http://127.0.0.1:" + port();
  }

  /** The pool of a stage: `encode`, `prefill` or `decode`. */
  public WorkerPool pool(String stage) {
    return bean(stage + "Pool", WorkerPool.class);
  }

  /** Calls under way to all workers. */
  public int inFlight() {
    return Stream.of("encode", "prefill", "decode")
        .flatMap(stage -> pool(stage).workers().stream())
        .mapToInt(Worker::inFlight)
        .sum();
  }

  /** What it holds of its clients' requests. */
  public Admission admission() {
    return bean("admission", Admission.class);
  }

  /** A bean that its routes name. */
  public <T> T bean(String name, Class<T> type) {
    T bean = running.context().getRegistry().lookupByNameAndType(name, type);
    if (bean == null) {
      throw new AssertionError("no bean " + name);
    }
    return bean;
  }

  /** A new connection to it. */
  public RawClient connect() {
    return RawClient.connect(port());
  }

  /** Sends a chat request on a connection of its own and reads the whole answer. */
  public RawResponse post(String body, String... headers) {
    return post(Requests.CHAT_PATH, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Sends a POST on a connection of its own and reads the whole answer. */
  public RawResponse post(String target, byte[] body, String... headers) {
    try (RawClient client = connect()) {
      return client.send(Requests.postHead(target, body.length, headers)).send(body).read();
    }
  }

  /** Sends a GET on a connection of its own and reads the whole answer. */
  public RawResponse get(String target, String... headers) {
    return send(Requests.head("GET " + target + " HTTP/1.1", headers));
  }

  /** Sends these bytes on a connection of its own and reads one answer. */
  public RawResponse send(byte[] request) {
    try (RawClient client = connect()) {
      return client.send(request).read();
    }
  }

  @Override
  public void close() {
    running.close();
  }

  /** Collects workers and settings. */
  public static final class Builder {
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> encode = new ArrayList<>();
    private final List<String> prefill = new ArrayList<>();
    private final List<String> decode = new ArrayList<>();

    private Builder() {}

    public Builder encode(ScriptedWorker... workers) {
      return encode(urls(workers));
    }

    public Builder encode(String... urls) {
      encode.addAll(List.of(urls));
      return this;
    }

    public Builder prefill(ScriptedWorker... workers) {
      return prefill(urls(workers));
    }

    public Builder prefill(String... urls) {
      prefill.addAll(List.of(urls));
      return this;
    }

    public Builder decode(ScriptedWorker... workers) {
      return decode(urls(workers));
    }

    public Builder decode(String... urls) {
      decode.addAll(List.of(urls));
      return this;
    }

    /** Sets one `router.*` key. */
    public Builder with(String key, String value) {
      settings.put(key, value);
      return this;
    }

    public RouterUnderTest start() {
      Map<String, String> all = new LinkedHashMap<>();
      all.put("router.host", "127.0.0.1");
      all.put("router.port", "0");
      all.put("router.encode.urls", String.join(",", encode));
      all.put("router.prefill.urls", String.join(",", prefill));
      all.put("router.decode.urls", String.join(",", decode));
      all.putAll(settings);
      return new RouterUnderTest(EpdRouter.start(all));
    }

    private static String[] urls(ScriptedWorker... workers) {
      return java.util.Arrays.stream(workers).map(ScriptedWorker::url).toArray(String[]::new);
    }
  }
}
