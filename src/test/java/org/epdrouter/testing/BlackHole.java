package org.epdrouter.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port whose backlog is full, so that the kernel drops every further SYN: connecting neither
 * succeeds nor fails.
 */
public final class BlackHole implements AutoCloseable {
  private final ServerSocket server;
  private final List<Socket> fillers = new ArrayList<>();

  public BlackHole() {
    try {
      server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      while (fillers.size() < 16 && fill()) {
        // Until the backlog is full.
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  public String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** Whether connecting gets no answer at all. */
  public boolean swallows() {
    try {
      return !fill();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      for (Socket filler : fillers) {
        filler.close();
      }
      server.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private boolean fill() throws IOException {
    Socket filler = new Socket();
    fillers.add(filler);
    try {
      filler.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()), 100);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }
}
