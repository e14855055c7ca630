package org.epdrouter.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.net.ServerSocketFactory;

/**
 * A worker on a real port that records every request byte by byte and answers by a script.
 *
 * <p>Closing it fails the test if a script failed or if the router sent something that is not
 * HTTP/1.1. Thread-safe.
 */
public final class ScriptedWorker implements AutoCloseable {
  private static final String CHAT = "/v1/chat/completions";

  private final ServerSocket server;
  private final Thread accepting;
  private final Map<String, Script> defaults;
  private final Map<String, Script> scripts = new ConcurrentHashMap<>();
  private final List<WorkerConnection> connections = new CopyOnWriteArrayList<>();
  private final List<ReceivedRequest> requests = new CopyOnWriteArrayList<>();
  private final List<AssertionError> complaints = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile byte[] greeting = new byte[0];
  private volatile boolean recording;
  private volatile boolean answersAtHead;
  private volatile CountDownLatch mayReadBodies = new CountDownLatch(0);
  private volatile boolean closed;

  private ScriptedWorker(Script chat) {
    this(chat, ServerSocketFactory.getDefault());
  }

  private ScriptedWorker(Script chat, ServerSocketFactory sockets) {
    this(chat, sockets, "127.0.0.1", 0);
  }

  private ScriptedWorker(Script chat, ServerSocketFactory sockets, String address, int port) {
    try {
      server = sockets.createServerSocket(port, 1024, InetAddress.getByName(address));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    defaults =
        Map.of(
            CHAT,
            chat,
            "/health",
            Scripts.HEALTHY,
            "/v1/models",
            Scripts.MODELS,
            "/start_profile",
            Scripts.HEALTHY,
            "/stop_profile",
            Scripts.HEALTHY);
    scripts.putAll(defaults);
    accepting = start("accept", this::acceptAll);
  }

  /** A worker that encodes. */
  public static ScriptedWorker encode() {
    return new ScriptedWorker(Scripts.ENCODE);
  }

  /** A worker that prefills and hands out {@link Scripts#TRANSFER_PARAMS}. */
  public static ScriptedWorker prefill() {
    return new ScriptedWorker(Scripts.PREFILL);
  }

  /** A worker that decodes, streamed or not as the body asks. */
  public static ScriptedWorker decode() {
    return new ScriptedWorker(Scripts.DECODE);
  }

  /** A worker that decodes, behind sockets of this make, such as those of TLS. */
  public static ScriptedWorker decode(ServerSocketFactory sockets) {
    return new ScriptedWorker(Scripts.DECODE, sockets);
  }

  /** A worker that decodes, at a loopback address and port of one's choice. */
  public static ScriptedWorker decodeAt(String address, int port) {
    return new ScriptedWorker(Scripts.DECODE, ServerSocketFactory.getDefault(), address, port);
  }

  /** A worker with a chat script of its own, and the usual health, models and profile endpoints. */
  public static ScriptedWorker answering(Script chat) {
    return new ScriptedWorker(chat);
  }

  /** Answers chat requests by this script from now on. */
  public ScriptedWorker onChat(Script script) {
    return on(CHAT, script);
  }

  /** Answers a path by this script from now on. */
  public ScriptedWorker on(String path, Script script) {
    scripts.put(path, script);
    return this;
  }

  /** Sends these bytes on every new connection, before any request. */
  public ScriptedWorker greeting(byte[] bytes) {
    greeting = bytes;
    return this;
  }

  /** Keeps every byte that comes in from now on, for {@link #recorded}. */
  public ScriptedWorker recording() {
    recording = true;
    return this;
  }

  /** The bytes that came in since the last reset while recording, connection by connection. */
  public List<byte[]> recorded() {
    return connections.stream()
        .map(connection -> connection.recording().bytes())
        .filter(bytes -> bytes.length > 0)
        .toList();
  }

  /** Runs scripts as soon as a request's head is there, while its body may still be on its way. */
  public ScriptedWorker answeringAtHead() {
    answersAtHead = true;
    return this;
  }

  /**
   * Runs scripts as soon as a request's head is there, and leaves the body in the socket until
   * told.
   */
  public ScriptedWorker answeringAtHead(CountDownLatch mayReadBodies) {
    this.mayReadBodies = mayReadBodies;
    return answeringAtHead();
  }

  /** Back to the scripts it began with, and forgets all requests; connections stay. */
  public void reset() {
    scripts.putAll(defaults);
    scripts.keySet().retainAll(defaults.keySet());
    greeting = new byte[0];
    answersAtHead = false;
    mayReadBodies = new CountDownLatch(0);
    requests.clear();
    connections.forEach(connection -> connection.recording().clear());
  }

  public int port() {
    return server.getLocalPort();
  }

  public String url() {
    return "http://127.0.0.1:" + port();
  }

  /** Every request by now, health probes included. */
  public List<ReceivedRequest> requests() {
    return List.copyOf(requests);
  }

  /** Requests to a path by now. */
  public List<ReceivedRequest> requestsTo(String path) {
    return requests.stream().filter(r -> r.path().equals(path)).toList();
  }

  /** Chat requests by now. */
  public List<ReceivedRequest> chats() {
    return requests.stream().filter(ReceivedRequest::isChat).toList();
  }

  /** Chat requests of one client request by now: its id, or a child id of it. */
  public List<ReceivedRequest> chatsOf(String id) {
    return chats().stream().filter(isOf(id)).toList();
  }

  /** The n-th chat request, counted from 0, waited for. */
  public ReceivedRequest awaitChat(int n) {
    return Eventually.gives(
        "chat request " + n + " at worker " + port(),
        () -> chats().size() > n ? chats().get(n) : null);
  }

  /** The first chat request of one client request, waited for. */
  public ReceivedRequest awaitChatOf(String id) {
    return awaitChatOf(id, 0);
  }

  /** The n-th chat request of one client request, waited for. */
  public ReceivedRequest awaitChatOf(String id, int n) {
    return Eventually.gives(
        "chat request " + n + " of " + id + " at worker " + port(),
        () -> chatsOf(id).size() > n ? chatsOf(id).get(n) : null);
  }

  /** The n-th request of any kind, counted from 0, waited for. */
  public ReceivedRequest awaitRequest(int n) {
    return Eventually.gives(
        "request " + n + " at worker " + port(),
        () -> requests.size() > n ? requests.get(n) : null);
  }

  /** How many connections were accepted by now. */
  public int connections() {
    return accepted.get();
  }

  /** How many connections are open at both ends. */
  public int openConnections() {
    return (int) connections.stream().filter(WorkerConnection::isOpen).count();
  }

  /** How many bytes came in on all connections by now. */
  public long bytesReceived() {
    return connections.stream().mapToLong(WorkerConnection::bytesReceived).sum();
  }

  /** How many bytes went out on all connections by now. */
  public long bytesSent() {
    return connections.stream().mapToLong(c -> c.responder().bytesSent()).sum();
  }

  /** Closes connections on which no request is under way, as uvicorn does after 5 s. */
  public void closeIdleConnections() {
    connections.stream().filter(WorkerConnection::isIdle).forEach(WorkerConnection::close);
  }

  /** Writes bytes on every connection on which no request is under way. */
  public void writeOnIdleConnections(byte[] bytes) {
    for (WorkerConnection connection : connections) {
      if (connection.isIdle() && connection.isOpen()) {
        try {
          connection.responder().write(bytes);
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  /** Stops listening: from its return on connecting is refused. Connections that are open stay. */
  public void stopListening() {
    if (closed) {
      return;
    }
    closed = true;
    // A thread inside accept keeps the port open beyond the close of its socket: let it come out
    // first.
    try (Socket lastGuest = new Socket()) {
      lastGuest.connect(server.getLocalSocketAddress());
      accepting.join();
      server.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stopListening();
    connections.forEach(WorkerConnection::close);
    if (!complaints.isEmpty()) {
      AssertionError first = complaints.get(0);
      complaints.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }

  Script scriptFor(ReceivedRequest request) {
    return scripts.getOrDefault(request.path(), Scripts.NOT_FOUND);
  }

  void greet(Responder responder) throws IOException {
    byte[] bytes = greeting;
    if (bytes.length > 0) {
      responder.write(bytes);
    }
  }

  boolean isRecording() {
    return recording;
  }

  boolean answersAtHead() {
    return answersAtHead;
  }

  void awaitMayReadBodies() throws InterruptedException {
    mayReadBodies.await();
  }

  void record(ReceivedRequest request) {
    requests.add(request);
  }

  void complain(String message, Throwable cause) {
    complaints.add(new AssertionError("worker " + port() + ": " + message, cause));
  }

  private void acceptAll() {
    while (true) {
      try {
        Socket socket = server.accept();
        if (closed) {
          socket.close();
          return;
        }
        serve(socket);
      } catch (IOException e) {
        complain("accept failed", e);
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try {
      WorkerConnection connection = new WorkerConnection(this, accepted.getAndIncrement(), socket);
      connections.add(connection);
      start("read-" + connection.number(), connection::readAll);
      start("answer-" + connection.number(), connection::answerAll);
    } catch (IOException e) {
      // Reset before it was served.
    }
  }

  private Thread start(String name, Runnable job) {
    Thread thread = new Thread(null, job, "worker-" + server.getLocalPort() + "-" + name, 1 << 18);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static Predicate<ReceivedRequest> isOf(String id) {
    return r -> r.requestId().equals(id) || r.requestId().startsWith(id + ":");
  }
}
