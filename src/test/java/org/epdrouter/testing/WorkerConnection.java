package org.epdrouter.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One accepted connection: one thread reads all the time, so that the peer's leaving is seen at
 * once; another runs the scripts, one request after the other.
 */
final class WorkerConnection {
  private final ScriptedWorker worker;
  private final int number;
  private final Socket socket;
  private final RecordedInput recording;
  private final ByteReader reader;
  private final Responder responder;
  private final BlockingQueue<Optional<ReceivedRequest>> queue = new LinkedBlockingQueue<>();
  private final CountDownLatch peerGone = new CountDownLatch(1);
  private final AtomicInteger unanswered = new AtomicInteger();
  private volatile long peerGoneNanos;

  WorkerConnection(ScriptedWorker worker, int number, Socket socket) throws IOException {
    this.worker = worker;
    this.number = number;
    this.socket = socket;
    socket.setTcpNoDelay(true);
    this.recording = new RecordedInput(socket.getInputStream(), worker::isRecording);
    this.reader = new ByteReader(recording);
    this.responder = new Responder(this, socket);
  }

  int number() {
    return number;
  }

  long bytesReceived() {
    return reader.count();
  }

  RecordedInput recording() {
    return recording;
  }

  boolean isPeerGone() {
    return peerGone.getCount() == 0;
  }

  boolean isOpen() {
    return !socket.isClosed() && !isPeerGone();
  }

  /** No request was read that is not yet answered. */
  boolean isIdle() {
    return unanswered.get() == 0;
  }

  long peerGoneNanos() {
    return peerGoneNanos;
  }

  void awaitPeerGone() throws InterruptedException {
    peerGone.await();
  }

  Responder responder() {
    return responder;
  }

  void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void readAll() {
    try {
      worker.greet(responder);
      while (true) {
        String requestLine = reader.line();
        if (requestLine == null) {
          return;
        }
        if (!requestLine.matches("[A-Z]+ \\S+ HTTP/1\\.1")) {
          throw new ProtocolException("request line: " + requestLine);
        }
        ReceivedRequest request = new ReceivedRequest(this, requestLine, reader.headers());
        unanswered.incrementAndGet();
        readBody(request);
      }
    } catch (ProtocolException e) {
      if (!socket.isClosed()) {
        worker.complain("connection " + number + ": " + e.getMessage(), e);
      }
    } catch (IOException e) {
      // The peer reset, or the script closed: either way it is over.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      peerGoneNanos = System.nanoTime();
      peerGone.countDown();
      queue.add(Optional.empty());
    }
  }

  private void readBody(ReceivedRequest request) throws IOException, InterruptedException {
    boolean early = worker.answersAtHead();
    if (early) {
      worker.record(request);
      queue.add(Optional.of(request));
      worker.awaitMayReadBodies();
    }
    try {
      request.complete(framedBody(request));
    } catch (IOException e) {
      request.truncated(e);
      throw e;
    }
    if (!early) {
      worker.record(request);
      queue.add(Optional.of(request));
    }
  }

  private byte[] framedBody(ReceivedRequest request) throws IOException {
    List<String> lengths = request.headerValues("content-length");
    List<String> codings = request.headerValues("transfer-encoding");
    if (lengths.size() > 1 || codings.size() > 1 || (!lengths.isEmpty() && !codings.isEmpty())) {
      throw new ProtocolException("framing: " + lengths + " and " + codings + " (expected: one)");
    }
    if (!codings.isEmpty()) {
      if (!codings.get(0).equals("chunked")) {
        throw new ProtocolException("transfer-encoding: " + codings + " (expected: chunked)");
      }
      return chunkedBody();
    }
    if (lengths.isEmpty()) {
      return new byte[0];
    }
    if (!lengths.get(0).matches("[0-9]{1,9}")) {
      throw new ProtocolException("content-length: " + lengths.get(0) + " (expected: digits)");
    }
    return reader.exactly(Integer.parseInt(lengths.get(0)));
  }

  private byte[] chunkedBody() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] chunk = reader.chunk(new ArrayList<>());
        chunk.length > 0;
        chunk = reader.chunk(new ArrayList<>())) {
      body.write(chunk);
    }
    return body.toByteArray();
  }

  void answerAll() {
    try {
      while (true) {
        Optional<ReceivedRequest> next = queue.take();
        if (next.isEmpty()) {
          socket.close();
          return;
        }
        answer(next.get());
      }
    } catch (IOException e) {
      // The peer has gone; its reader has noticed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(ReceivedRequest request) throws IOException, InterruptedException {
    try {
      worker.scriptFor(request).answer(request, responder);
    } catch (IOException | InterruptedException e) {
      throw e;
    } catch (Exception | AssertionError e) {
      worker.complain("script for " + request + " threw " + e, e);
      socket.close();
    } finally {
      unanswered.decrementAndGet();
    }
  }
}
