package org.epdrouter.simulator;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A bare socket, for what an HTTP client hides: chunks, closes, resets. Throws unchecked. */
final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;

  RawClient(SimulatedWorker worker) {
    try {
      socket = new Socket(InetAddress.getLoopbackAddress(), worker.port());
      socket.setSoTimeout(TIMEOUT_MILLIS);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RawClient send(String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RawClient sendChat(String body) {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    return send(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: sim\r\nContent-Length: "
            + length
            + "\r\n\r\n"
            + body);
  }

  /** Reads up to and with the text; fails when the stream ends before it. */
  String readUntil(String end) {
    byte[] want = end.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] last = new byte[want.length];
    try {
      while (!Arrays.equals(last, want)) {
        int b = in.read();
        if (b < 0) {
          throw new AssertionError("ended before " + end + ": " + read);
        }
        read.write(b);
        System.arraycopy(last, 1, last, 0, last.length - 1);
        last[last.length - 1] = (byte) b;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read.toString(StandardCharsets.UTF_8);
  }

  /** Reads to the end; throws an UncheckedIOException on a reset. */
  String readToEnd() {
    try {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says that nothing more will be sent, and goes on reading. */
  void shutOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
