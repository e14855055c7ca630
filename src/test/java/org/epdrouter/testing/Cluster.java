package org.epdrouter.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A router and the scripted workers behind it, started and closed together: by whoever opens it, or
 * for all tests of a class, each of which finds it reset.
 */
public final class Cluster
    implements AutoCloseable, BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
  private final int[] sizes;
  private final String[] settings;
  private List<ScriptedWorker> encode;
  private List<ScriptedWorker> prefill;
  private List<ScriptedWorker> decode;
  private RouterUnderTest router;

  private Cluster(int[] sizes, String... settings) {
    this.sizes = sizes;
    this.settings = settings;
  }

  /** Starts so many workers of each stage and a router; settings are keys and values in turn. */
  public static Cluster start(int encode, int prefill, int decode, String... settings) {
    Cluster cluster = shared(encode, prefill, decode, settings);
    cluster.open();
    return cluster;
  }

  /**
   * The same for a static field with {@code @RegisterExtension}: open while the tests of the class
   * run.
   */
  public static Cluster shared(int encode, int prefill, int decode, String... settings) {
    return new Cluster(new int[] {encode, prefill, decode}, settings);
  }

  private void open() {
    encode = IntStream.range(0, sizes[0]).mapToObj(i -> ScriptedWorker.encode()).toList();
    prefill = IntStream.range(0, sizes[1]).mapToObj(i -> ScriptedWorker.prefill()).toList();
    decode = IntStream.range(0, sizes[2]).mapToObj(i -> ScriptedWorker.decode()).toList();
    RouterUnderTest.Builder builder =
        RouterUnderTest.builder()
            .encode(encode.toArray(ScriptedWorker[]::new))
            .prefill(prefill.toArray(ScriptedWorker[]::new))
            .decode(decode.toArray(ScriptedWorker[]::new));
    for (int i = 0; i < settings.length; i += 2) {
      builder.with(settings[i], settings[i + 1]);
    }
    router = builder.start();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    open();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    reset();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close();
  }

  public RouterUnderTest router() {
    return router;
  }

  public ScriptedWorker encode() {
    return encode.get(0);
  }

  public ScriptedWorker encode(int i) {
    return encode.get(i);
  }

  public ScriptedWorker prefill() {
    return prefill.get(0);
  }

  public ScriptedWorker prefill(int i) {
    return prefill.get(i);
  }

  public ScriptedWorker decode() {
    return decode.get(0);
  }

  public ScriptedWorker decode(int i) {
    return decode.get(i);
  }

  /** The workers of a stage: `encode`, `prefill` or `decode`. */
  public List<ScriptedWorker> stage(String stage) {
    return switch (stage) {
      case "encode" -> encode;
      case "prefill" -> prefill;
      case "decode" -> decode;
      default -> throw new IllegalArgumentException(stage);
    };
  }

  /** All workers of all stages. */
  public List<ScriptedWorker> workers() {
    return Stream.of(encode, prefill, decode).flatMap(List::stream).toList();
  }

  /** Chat requests that any worker got by now. */
  public List<ReceivedRequest> chats() {
    return workers().stream().flatMap(w -> w.chats().stream()).toList();
  }

  /** Encode requests of one client request, in the order of the item index in their ids. */
  public List<ReceivedRequest> encodesOf(String id) {
    return encode.stream()
        .flatMap(w -> w.chatsOf(id).stream())
        .sorted(java.util.Comparator.comparingInt(Cluster::itemIndex))
        .toList();
  }

  /** Workers back to their first scripts, and no requests seen. */
  public void reset() {
    workers().forEach(ScriptedWorker::reset);
  }

  /**
   * Sends a text request through all stages and waits for its answer: what was sent before it on
   * other connections has been dealt with or will not be soon.
   */
  public void sentinel() {
    RawResponse response = router.post(Requests.text(), "X-Request-Id: " + RouterUnderTest.newId());
    if (response.status() != 200) {
      throw new AssertionError("a healthy request failed: " + response);
    }
  }

  /**
   * Asks the router for something that has nothing to do with the test, and waits for the answer.
   */
  public void sentinelAt(String target) {
    if (router.get(target).status() != 200) {
      throw new AssertionError("a healthy request failed: " + target);
    }
  }

  @Override
  public void close() {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    router.close();
    for (ScriptedWorker worker : workers()) {
      try {
        worker.close();
      } catch (AssertionError e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      AssertionError first = (AssertionError) failures.get(0);
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }

  private static int itemIndex(ReceivedRequest request) {
    String id = request.requestId();
    int end = id.lastIndexOf(':');
    int start = id.lastIndexOf(':', end - 1);
    return start < 0 ? 0 : Integer.parseInt(id.substring(start + 1, end));
  }
}
