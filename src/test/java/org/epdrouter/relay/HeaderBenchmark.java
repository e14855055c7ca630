package org.epdrouter.relay;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.util.CaseInsensitiveMap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to bring headers from a client to a worker, and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class HeaderBenchmark {
  private final HeaderPolicy policy = new HeaderPolicy("traceparent,tracestate,x-session-id", true);
  private final Via via = new Via();
  private final HttpHeaders request =
      new DefaultHttpHeaders()
          .add("Host", "router:8000")
          .add("User-Agent", "OpenAI/Python 2.8.0")
          .add("Accept", "application/json")
          .add("Content-Type", "application/json")
          .add("Content-Length", "1234")
          .add("Authorization", "Bearer sk-0123456789abcdef0123456789abcdef")
          .add("X-Request-Id", "8a069da4-6073-4d48-9c14-f213a86468dc")
          .add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  private final HttpHeaders answer =
      new DefaultHttpHeaders()
          .add("date", "Sat, 21 Nov 2026 15:00:00 GMT")
          .add("server", "uvicorn")
          .add("content-type", "text/event-stream; charset=utf-8")
          .add("x-request-id", "8a069da4-6073-4d48-9c14-f213a86468dc")
          .add("transfer-encoding", "chunked");

  @Benchmark
  public HttpHeaders toWorker() {
    Map<String, Object> message = new CaseInsensitiveMap();
    policy.let(request, message);
    Via.keep(request, message);
    HttpHeaders headers = new DefaultHttpHeaders();
    for (Map.Entry<String, Object> header : message.entrySet()) {
      EndToEnd.copy(header.getKey(), header.getValue(), headers);
    }
    via.append(message.get("Via"), headers);
    return headers;
  }

  @Benchmark
  public HttpHeaders toClient() {
    Map<String, Object> message = new CaseInsensitiveMap();
    for (Map.Entry<String, String> header : answer) {
      if (EndToEnd.passes(header.getKey())) {
        message.put(header.getKey(), header.getValue());
      }
    }
    HttpHeaders headers = new DefaultHttpHeaders();
    policy.answer(message, headers);
    via.append(message.get("Via"), headers);
    return headers;
  }
}
