package org.epdrouter.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A worker's end of a connection, byte by byte. Every call reaches the socket at once, in one
 * write.
 */
public final class Responder {
  private final WorkerConnection connection;
  private final Socket socket;
  private final OutputStream out;
  private final AtomicInteger chunks = new AtomicInteger();
  private final AtomicLong bytesSent = new AtomicLong();

  Responder(WorkerConnection connection, Socket socket) throws IOException {
    this.connection = connection;
    this.socket = socket;
    this.out = socket.getOutputStream();
  }

  /** Writes bytes as they are. */
  public Responder write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    bytesSent.addAndGet(bytes.length);
    return this;
  }

  /** Writes text as UTF-8. */
  public Responder write(String text) throws IOException {
    return write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A status line and header lines, `Name: value` each, and the empty line. */
  public Responder head(String status, String... headers) throws IOException {
    return write(headText(status, headers));
  }

  /** A whole answer with Content-Length, in one write. */
  public Responder answer(String status, String contentType, byte[] body, String... headers)
      throws IOException {
    byte[] head =
        headText(
                status + "\r\nContent-Type: " + contentType + "\r\nContent-Length: " + body.length,
                headers)
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return write(all);
  }

  /** A whole JSON answer with Content-Length. */
  public Responder json(int status, String body, String... headers) throws IOException {
    return answer(
        status + " " + (status == 200 ? "OK" : "Status"),
        "application/json",
        body.getBytes(StandardCharsets.UTF_8),
        headers);
  }

  /** The head of a chunked event stream as uvicorn sends it. */
  public Responder startEvents(String... headers) throws IOException {
    return head(
        "200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked",
        headers);
  }

  /** One `data:` event in a chunk of its own. */
  public Responder event(String data) throws IOException {
    return chunk("data: " + data + "\n\n");
  }

  /** One chunk in one write. */
  public Responder chunk(String data) throws IOException {
    return chunk(data.getBytes(StandardCharsets.UTF_8));
  }

  /** One chunk in one write. */
  public Responder chunk(byte[] data) throws IOException {
    byte[] size = (Integer.toHexString(data.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = new byte[size.length + data.length + 2];
    System.arraycopy(size, 0, all, 0, size.length);
    System.arraycopy(data, 0, all, size.length, data.length);
    all[all.length - 2] = '\r';
    all[all.length - 1] = '\n';
    write(all);
    chunks.incrementAndGet();
    return this;
  }

  /** The last chunk. */
  public Responder endChunks() throws IOException {
    return write("0\r\n\r\n");
  }

  /** How many bytes were written by now. */
  public long bytesSent() {
    return bytesSent.get();
  }

  /** How many chunks were written by now. */
  public int chunksSent() {
    return chunks.get();
  }

  /** Waits until told. */
  public Responder await(CountDownLatch latch) throws InterruptedException {
    if (!latch.await(Eventually.DEADLINE.toSeconds() * 3, TimeUnit.SECONDS)) {
      throw new AssertionError("script: latch never opened");
    }
    return this;
  }

  /** Waits until told once more. */
  public Responder await(Semaphore permits) throws InterruptedException {
    if (!permits.tryAcquire(Eventually.DEADLINE.toSeconds() * 3, TimeUnit.SECONDS)) {
      throw new AssertionError("script: permit never given");
    }
    return this;
  }

  /** Says nothing more until the router has gone or the worker is closed. */
  public void stall() throws InterruptedException {
    connection.awaitPeerGone();
  }

  /** Closes in good order (FIN). */
  public void close() throws IOException {
    socket.close();
  }

  /** Sends FIN but goes on reading. */
  public void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes with RST. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private static String headText(String status, String... headers) {
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head.append("\r\n").toString();
  }
}
