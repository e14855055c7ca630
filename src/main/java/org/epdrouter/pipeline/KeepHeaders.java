package org.epdrouter.pipeline;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Removes every header of the message but those that are named. For fronts that are not HTTP:
 * before the pipeline, because all of its headers go to the workers, and behind it, because all of
 * a worker's headers would go to the client.
 */
public final class KeepHeaders implements Processor {

  private final Set<String> names;

  /**
   * The step.
   *
   * @param names comma-separated, in any case
   */
  public KeepHeaders(String names) {
    this.names =
        Arrays.stream(names.split(",", -1))
            .map(name -> name.strip().toLowerCase(Locale.ROOT))
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    Map<String, Object> kept = new HashMap<>();
    message
        .getHeaders()
        .forEach(
            (name, value) -> {
              if (value != null && names.contains(name.toLowerCase(Locale.ROOT))) {
                kept.put(name, value);
              }
            });
    message.setHeaders(kept);
  }
}
