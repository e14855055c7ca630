package org.epdrouter.simulator;

import java.util.concurrent.CompletionStage;

/** What a worker of one role makes of a request. Thread-safe. */
interface RoleRules {

  /**
   * Admits the request. A {@link VllmError}, thrown or as the stage's failure, is its answer. The
   * stage may complete on any thread.
   */
  CompletionStage<Work> admit(ChatCall call);
}
