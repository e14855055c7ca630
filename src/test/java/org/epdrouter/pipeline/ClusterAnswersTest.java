package org.epdrouter.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.epdrouter.openai.OpenAiError;
import org.epdrouter.openai.OpenAiException;
import org.epdrouter.worker.Lease;
import org.epdrouter.worker.Worker;
import org.epdrouter.worker.WorkerPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made of every worker's answer: GatherAnswers, AnswerHealth, AnswerProfile. */
final class ClusterAnswersTest {
  private final GatherAnswers gather = new GatherAnswers();
  private final Exchange request = Exchanges.empty();
  private WorkerPool encode = Exchanges.pool("encode", "http://e1,http://e2");
  private WorkerPool prefill = Exchanges.pool("prefill", "http://p");
  private WorkerPool decode = Exchanges.pool("decode", "http://d");

  @ParameterizedTest
  @CsvSource({
    "200, 200, 200, 200, healthy,   healthy,   healthy,   200",
    "0,   200, 200, 200, healthy,   healthy,   healthy,   200",
    "503, 0,   200, 200, unhealthy, healthy,   healthy,   503",
    "200, 200, 503, 200, healthy,   unhealthy, healthy,   503",
    "200, 200, 200, 404, healthy,   healthy,   unhealthy, 503",
  })
  void aClusterIsHealthyIfOneOfItsWorkersIs(
      int e1, int e2, int p, int d, String encoders, String prefillers, String decoders, int status)
      throws Exception {
    answered(encode.workers().get(0), e1);
    answered(encode.workers().get(1), e2);
    answered(prefill.workers().get(0), p);
    answered(decode.workers().get(0), d);

    new AnswerHealth(clusters()).process(request);

    assertAnswer(
        status,
        """
        {"proxy":"healthy","encode_cluster":"%s","prefill_cluster":"%s","decode_cluster":"%s"}"""
            .formatted(encoders, prefillers, decoders));
  }

  @Test
  void servesWithoutEncodeAndPrefillWorkers() {
    encode = Exchanges.pool("encode", "");
    prefill = Exchanges.pool("prefill", "");
    answered(decode.workers().get(0), 200);

    new AnswerHealth(clusters()).process(request);

    assertAnswer(
        200,
        """
        {"proxy":"healthy","encode_cluster":"empty","prefill_cluster":"empty",\
        "decode_cluster":"healthy"}""");
  }

  @Test
  void doesNotServeWithoutDecodeWorkers() {
    encode = Exchanges.pool("encode", "");
    prefill = Exchanges.pool("prefill", "");
    decode = Exchanges.pool("decode", "");

    new AnswerHealth(clusters()).process(request);

    assertThat(request.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(503);
  }

  @Test
  void listsWhatEveryWorkerSaidToTheProfiler() {
    answered(encode.workers().get(0), 200);
    answered(encode.workers().get(1), 404);
    answered(prefill.workers().get(0), 0);
    answered(decode.workers().get(0), 200);

    new AnswerProfile(clusters()).process(request);

    assertAnswer(
        200,
        """
        {"encode":[{"worker":"http://e1","status":200},{"worker":"http://e2","status":404}],\
        "prefill":[{"worker":"http://p","status":0}],\
        "decode":[{"worker":"http://d","status":200}]}""");
  }

  @Test
  void saysThatProfilingIsOffIfEveryWorkerSaysSo() {
    clusters().getWorkers().forEach(worker -> answered(worker, 404));

    new AnswerProfile(clusters()).process(request);

    assertThat(request.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(503);
  }

  @Test
  void countsOnlyAWorkersOwnStatus() {
    Worker worker = decode.workers().get(0);

    gather(worker, new IOException("refused"));
    gather(worker, OpenAiException.of(504, new OpenAiError("x", "server_error", null, "x")));
    gather(worker, OpenAiException.ofWorker(503, "application/json", new byte[0], Map.of()));

    assertThat(GatherAnswers.answers(request))
        .extracting(GatherAnswers.Answer::status)
        .containsExactly(0, 0, 503);
  }

  @Test
  void leavesOutWhatWasNoCall() {
    Exchange nobody = Exchanges.empty();

    Exchange result = gather.aggregate(null, nobody, request);

    assertThat(result).isSameAs(request);
    assertThat(GatherAnswers.answers(request)).isEmpty();
  }

  private Clusters clusters() {
    return new Clusters(encode, prefill, decode);
  }

  private void answered(Worker worker, int status) {
    if (status == 200) {
      Exchange answer = Exchanges.empty();
      answer.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
      gather(worker, answer);
    } else if (status == 0) {
      gather(worker, new IOException("refused"));
    } else {
      gather(worker, OpenAiException.ofWorker(status, "text/plain", new byte[0], Map.of()));
    }
  }

  private void gather(Worker worker, Exception failure) {
    Exchange answer = Exchanges.empty();
    answer.setException(failure);
    gather(worker, answer);
  }

  private void gather(Worker worker, Exchange answer) {
    Lease.take(worker, answer);
    assertThat(gather.aggregate(null, answer, request)).isSameAs(request);
  }

  private void assertAnswer(int status, String body) {
    assertThat(request.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(status);
    assertThat(request.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("application/json");
    assertThat(request.getMessage().getBody()).isEqualTo(body);
  }
}
