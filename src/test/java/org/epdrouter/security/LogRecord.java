package org.epdrouter.security;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Everything that is logged while it is open, the router's own at DEBUG. */
final class LogRecord extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Logger ours = (Logger) LoggerFactory.getLogger("org.epdrouter");
  private final Level level = ours.getLevel();
  private final PatternLayout layout = new PatternLayout();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private LogRecord() {}

  static LogRecord open() {
    LogRecord log = new LogRecord();
    log.setContext(log.root.getLoggerContext());
    log.layout.setContext(log.root.getLoggerContext());
    log.layout.setPattern("%level %logger %msg %ex");
    log.layout.start();
    log.start();
    log.root.addAppender(log);
    log.ours.setLevel(Level.DEBUG);
    return log;
  }

  /** The lines by now that contain this. */
  Stream<String> lines(String part) {
    return lines.stream().filter(line -> line.contains(part));
  }

  String text() {
    return String.join("\n", lines);
  }

  @Override
  protected void append(ILoggingEvent event) {
    lines.add(layout.doLayout(event));
  }

  @Override
  public void close() {
    ours.setLevel(level);
    root.detachAppender(this);
    stop();
  }
}
