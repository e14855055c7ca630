package org.epdrouter.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.epdrouter.testing.RawResponse.Chunk;
import org.epdrouter.testing.RawResponse.Ending;

/**
 * A client that sends any bytes and sees every byte. Reading waits at most {@link
 * Eventually#DEADLINE} and then fails the test. One thread may send while another reads.
 */
public final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final OutputStream out;
  private final ByteReader in;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.in = new ByteReader(socket.getInputStream());
  }

  /** Connects to a port of this machine. */
  public static RawClient connect(int port) {
    return connect(port, 0);
  }

  /**
   * Connects with a receive buffer of this many bytes (0: the system's), for clients that read
   * slowly.
   */
  public static RawClient connect(int port, int receiveBuffer) {
    try {
      Socket socket = new Socket();
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) Eventually.DEADLINE.toMillis());
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
          (int) Eventually.DEADLINE.toMillis());
      return new RawClient(socket);
    } catch (IOException e) {
      throw new AssertionError("connect to port " + port + ": " + e, e);
    }
  }

  /** Speaks over a socket that is connected already, such as one with TLS. */
  public static RawClient over(Socket socket) {
    try {
      socket.setSoTimeout((int) Eventually.DEADLINE.toMillis());
      return new RawClient(socket);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Sends bytes in one write. */
  public RawClient send(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
      return this;
    } catch (IOException e) {
      throw new AssertionError("send: " + e, e);
    }
  }

  /** Sends text as UTF-8 in one write. */
  public RawClient send(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Sends bytes, and does not mind a peer that has gone or will not take them all. Returns whether
   * all were sent.
   */
  public boolean trySend(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Sends a chat request with Content-Length; header lines are `Name: value`. */
  public RawClient post(String body, String... headers) {
    return send(Requests.post(Requests.CHAT_PATH, body.getBytes(StandardCharsets.UTF_8), headers));
  }

  /** Sends a GET. */
  public RawClient get(String target, String... headers) {
    return send(Requests.head("GET " + target + " HTTP/1.1", headers));
  }

  /** Reads one whole response, however its body ended. */
  public RawResponse read() {
    return read(true);
  }

  /** Reads the answer to a HEAD request. */
  public RawResponse readBodiless() {
    return read(false);
  }

  /** Reads one 1xx response and returns its status. */
  public int readInterim() {
    try {
      String statusLine = in.requiredLine();
      if (!statusLine.matches("HTTP/1\\.1 1[0-9]{2}( .*)?")) {
        throw new AssertionError("status line: " + statusLine + " (expected: 1xx)");
      }
      in.headers();
      return Integer.parseInt(statusLine.substring(9, 12));
    } catch (IOException e) {
      throw new AssertionError("no interim response: " + e, e);
    }
  }

  /** Reads up to the end of the head; the body is left to {@link #readChunk}. */
  public RawResponse readHead() {
    try {
      List<Integer> informational = new ArrayList<>();
      while (true) {
        String statusLine = in.requiredLine();
        if (!statusLine.matches("HTTP/1\\.[01] [1-9][0-9]{2}( .*)?")) {
          throw new AssertionError("status line: " + statusLine);
        }
        List<Header> headers = in.headers();
        RawResponse head =
            new RawResponse(
                statusLine, headers, List.of(), List.of(), Ending.COMPLETE, informational);
        if (head.status() >= 200 || head.status() == 101) {
          return head;
        }
        informational.add(head.status());
      }
    } catch (IOException e) {
      throw new AssertionError("no response head: " + e, e);
    }
  }

  /** Reads the next chunk of a chunked body; empty is the last chunk. */
  public Optional<Chunk> readChunk() {
    try {
      byte[] chunk = in.chunk(new ArrayList<>());
      return chunk.length == 0 ? Optional.empty() : Optional.of(new Chunk(chunk));
    } catch (IOException e) {
      throw new AssertionError("no chunk: " + e, e);
    }
  }

  /** The next chunk of a chunked body; empty too when the body breaks off. */
  public Optional<Chunk> tryReadChunk() {
    try {
      byte[] chunk = in.chunk(new ArrayList<>());
      return chunk.length == 0 ? Optional.empty() : Optional.of(new Chunk(chunk));
    } catch (EOFException | SocketException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new AssertionError("no chunk: " + e, e);
    }
  }

  /** Reads the rest of a chunked body after {@link #readHead}. */
  public RawResponse readRest(RawResponse head) {
    try {
      return body(head);
    } catch (IOException e) {
      throw new AssertionError("no body: " + e, e);
    }
  }

  /** Reads this many bytes of whatever comes, or fewer if the stream ends before. */
  public int readRaw(int length) {
    int got = 0;
    try {
      while (got < length) {
        byte[] some = in.some();
        if (some == null) {
          break;
        }
        got += some.length;
      }
      return got;
    } catch (IOException e) {
      throw new AssertionError("read: " + e, e);
    }
  }

  /** Reads everything until the peer closes, by FIN or RST; fails if it does not. */
  public String readUntilClose() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      for (byte[] some = in.some(); some != null; some = in.some()) {
        all.writeBytes(some);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("connection still open after: " + all, e);
    } catch (IOException e) {
      // RST is a close as well.
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  /** Sends FIN but goes on reading. */
  public void halfClose() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Sends FIN unless the connection is already gone. */
  public void halfCloseQuietly() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      // The peer was faster.
    }
  }

  /** Leaves with RST. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Leaves with FIN. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private RawResponse read(boolean hasBody) {
    RawResponse head = readHead();
    int status = head.status();
    if (!hasBody || status == 204 || status == 304 || status == 101) {
      return head;
    }
    return readRest(head);
  }

  private RawResponse body(RawResponse head) throws IOException {
    List<String> lengths = head.headerValues("content-length");
    List<String> codings = head.headerValues("transfer-encoding");
    if (lengths.size() > 1 || codings.size() > 1 || (!lengths.isEmpty() && !codings.isEmpty())) {
      throw new ProtocolException("framing of the response: " + head.headers());
    }
    List<Chunk> chunks = new ArrayList<>();
    List<Header> trailers = new ArrayList<>();
    Ending ending = Ending.COMPLETE;
    try {
      if (!codings.isEmpty()) {
        for (byte[] c = in.chunk(trailers); c.length > 0; c = in.chunk(trailers)) {
          chunks.add(new Chunk(c));
        }
      } else if (lengths.isEmpty()) {
        for (byte[] some = in.some(); some != null; some = in.some()) {
          chunks.add(new Chunk(some));
        }
      } else if (!lengths.get(0).equals("0")) {
        chunks.add(new Chunk(in.exactly(Integer.parseInt(lengths.get(0)))));
      }
    } catch (TruncatedException e) {
      chunks.add(new Chunk(e.partial()));
      ending = Ending.TRUNCATED;
    } catch (EOFException e) {
      ending = Ending.TRUNCATED;
    } catch (SocketException e) {
      ending = Ending.RESET;
    }
    return new RawResponse(
        head.statusLine(),
        head.headers(),
        List.copyOf(chunks),
        List.copyOf(trailers),
        ending,
        List.copyOf(head.informational()));
  }
}
