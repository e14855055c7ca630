package org.epdrouter.worker;

import org.epdrouter.openai.OpenAiException;

/**
 * A worker could not be reached, or its connection ended before the first byte of an answer: no work is known to have been
 * done, so another worker may be tried. The cause is the answer for the client if none is left to try.
 */
public final class WorkerLostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final OpenAiException answer;

  public WorkerLostException(OpenAiException answer) {
    super(answer.getMessage(), answer, false, false);
    this.answer = answer;
  }

  public OpenAiException answer() {
    return answer;
  }
}
