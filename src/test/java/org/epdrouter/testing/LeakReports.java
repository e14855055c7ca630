package org.epdrouter.testing;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what Netty's leak detector reports in this JVM; {@code logback-test.xml} attaches it. */
public final class LeakReports extends AppenderBase<ILoggingEvent> {
  private static final List<String> MESSAGES = new CopyOnWriteArrayList<>();

  /** The reports since the JVM started. */
  static List<String> messages() {
    return MESSAGES;
  }

  @Override
  protected void append(ILoggingEvent event) {
    MESSAGES.add(event.getFormattedMessage());
  }
}
