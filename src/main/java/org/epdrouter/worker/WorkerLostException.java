package org.epdrouter.worker;

import org.epdrouter.openai.OpenAiException;

/**
 * A worker could not be reached, or its connection ended before the first byte of an answer: no
 * work is known to have been done, so another worker may be tried. The cause is the answer for the
 * client if none is left to try.
 */
public final class WorkerLostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final OpenAiException answer;
  private final boolean reached;

  /**
   * A lost worker.
   *
   * @param answer what the client gets if no other worker is left to try
   * @param reached whether a connection stood, so that the worker may have begun to work
   */
  public WorkerLostException(OpenAiException answer, boolean reached) {
    super(answer.getMessage(), answer, false, false);
    this.answer = answer;
    this.reached = reached;
  }

  boolean reached() {
    return reached;
  }

  public OpenAiException answer() {
    return answer;
  }
}
