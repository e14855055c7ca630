package org.epdrouter.faults;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.epdrouter.testing.Eventually;

/** HTTP/1.1 parsers of other people, each at its strictest, over the bytes of one connection. */
enum OtherParsers {
  JETTY {
    @Override
    List<ParsedRequest> parse(byte[] connection) {
      JettyRequests requests = new JettyRequests();
      HttpParser parser = new HttpParser(requests, HttpCompliance.RFC7230);
      ByteBuffer rest = ByteBuffer.wrap(connection);
      while (rest.hasRemaining()) {
        parser.parseNext(rest);
        if (parser.isComplete()) {
          parser.reset();
        }
      }
      if (!parser.isStart()) {
        throw new AssertionError("Jetty: ended " + parser.getState() + " of a request");
      }
      return requests.seen;
    }
  },

  HTTPCORE {
    @Override
    List<ParsedRequest> parse(byte[] connection) throws IOException, HttpException {
      List<ParsedRequest> seen = new ArrayList<>();
      try (DefaultBHttpServerConnection server = new DefaultBHttpServerConnection(null, null)) {
        server.bind(new ReplaySocket(connection));
        for (ClassicHttpRequest request = server.receiveRequestHeader();
            request != null;
            request = server.receiveRequestHeader()) {
          server.receiveRequestEntity(request);
          byte[] body =
              request.getEntity() == null
                  ? new byte[0]
                  : EntityUtils.toByteArray(request.getEntity());
          seen.add(new ParsedRequest(request.getMethod(), request.getRequestUri(), body));
        }
      }
      return seen;
    }
  },

  JDK {
    @Override
    List<ParsedRequest> parse(byte[] connection) throws IOException {
      List<ParsedRequest> seen = new CopyOnWriteArrayList<>();
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            seen.add(
                new ParsedRequest(
                    exchange.getRequestMethod(), exchange.getRequestURI().toString(), body));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
          });
      server.start();
      try (Socket client = new Socket()) {
        client.setSoTimeout((int) Eventually.DEADLINE.toMillis());
        client.connect(server.getAddress());
        client.getOutputStream().write(connection);
        client.shutdownOutput();
        client.getInputStream().readAllBytes();
      } finally {
        server.stop(0);
      }
      return seen;
    }
  };

  /** The requests on a connection that sent these bytes and ended; fails if one is malformed. */
  abstract List<ParsedRequest> parse(byte[] connection) throws IOException, HttpException;

  private static final class JettyRequests implements HttpParser.RequestHandler {
    private final List<ParsedRequest> seen = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private String method = "";
    private String target = "";

    @Override
    public void startRequest(String method, String uri, HttpVersion version) {
      this.method = method;
      this.target = uri;
      body.reset();
    }

    @Override
    public void parsedHeader(HttpField field) {}

    @Override
    public boolean headerComplete() {
      return false;
    }

    @Override
    public boolean content(ByteBuffer item) {
      while (item.hasRemaining()) {
        body.write(item.get());
      }
      return false;
    }

    @Override
    public boolean contentComplete() {
      return false;
    }

    @Override
    public boolean messageComplete() {
      seen.add(new ParsedRequest(method, target, body.toByteArray()));
      return true;
    }

    @Override
    public void badMessage(org.eclipse.jetty.http.HttpException failure) {
      throw new AssertionError("Jetty: " + failure.getReason(), (Throwable) failure);
    }

    @Override
    public void earlyEOF() {
      throw new AssertionError("Jetty: the connection ended in the middle of a request");
    }
  }

  /** A socket whose peer has sent some bytes and hears nothing. */
  private static final class ReplaySocket extends Socket {
    private final byte[] sent;

    ReplaySocket(byte[] sent) {
      this.sent = sent;
    }

    @Override
    public InputStream getInputStream() {
      return new ByteArrayInputStream(sent);
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }
  }
}
