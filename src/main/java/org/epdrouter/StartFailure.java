package org.epdrouter;

import java.io.BufferedReader;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.NamedNode;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.epdrouter.settings.SettingException;

/**
 * Tells in one line why a context did not start: {@code routes/pipeline.camel.yaml:12: cause} where
 * a route file is to blame. To be asked before the context is stopped.
 */
final class StartFailure {
  // How YAML's parser and Camel's YAML DSL say where: the file, the line, and the text around it.
  private static final Pattern YAML_MARK =
      Pattern.compile("\\s+in ([^\\n]+), line (\\d+), column \\d+:\\n[^\\n]*\\n[ ]*\\^");
  private static final Pattern RESOURCE = Pattern.compile("resource: ((?:file|classpath):\\S+)");
  private static final Pattern BEAN = Pattern.compile("bean: (\\S+) of type");
  private static final Pattern STEP = Pattern.compile(">>> (.*) <<<", Pattern.DOTALL);

  private final CamelContext context;
  private final List<Throwable> causes;

  /**
   * Looks at a failure.
   *
   * @param context the one that did not start, not stopped yet
   */
  StartFailure(CamelContext context, Throwable failure) {
    this.context = context;
    this.causes = Stream.iterate(failure, Objects::nonNull, Throwable::getCause).toList();
  }

  /** Whether a cause is of this kind. */
  boolean is(Class<? extends Throwable> kind) {
    return find(kind).isPresent();
  }

  /** The exception to leave with. */
  RuntimeException explain() {
    return find(SettingException.class).<RuntimeException>map(e -> e).orElseGet(this::unstarted);
  }

  private StartException unstarted() {
    String line = yaml().or(this::route).or(this::resource).orElseGet(() -> reasons(causes));
    return new StartException(line.strip().replaceAll("\\s*\\R\\s*", " "), causes.get(0));
  }

  /** Text that YAML or the DSL refuses: the message says where, the last place is the one. */
  private Optional<String> yaml() {
    for (Throwable cause : causes) {
      String message = String.valueOf(cause.getMessage());
      List<MatchResult> marks = YAML_MARK.matcher(message).results().toList();
      if (!marks.isEmpty()) {
        MatchResult mark = marks.get(marks.size() - 1);
        return Optional.of(
            place(mark.group(1), mark.group(2))
                + YAML_MARK.matcher(message).replaceAll(",").strip().replaceFirst("[:,]+$", ""));
      }
    }
    return Optional.empty();
  }

  /** A step that cannot be made: the message shows it, the model knows where it stands. */
  private Optional<String> route() {
    return find(FailedToCreateRouteException.class)
        .map(
            failure -> {
              RouteDefinition route =
                  ((ModelCamelContext) context).getRouteDefinition(failure.getRouteId());
              if (route == null) {
                return root();
              }
              Matcher step = STEP.matcher(String.valueOf(failure.getMessage()));
              NamedNode node = step.find() ? find(route, step.group(1)) : route.getInput();
              return place(node.getLocation(), Integer.toString(node.getLineNumber()))
                  + ("route " + route.getRouteId() + ": " + root());
            });
  }

  private static NamedNode find(RouteDefinition route, String step) {
    return route.getOutputs().stream()
        .filter(output -> output.toString().equals(step))
        .findFirst()
        .<NamedNode>map(output -> output)
        .orElse(route.getInput());
  }

  /** Anything else in a file, such as a bean that cannot be made. */
  private Optional<String> resource() {
    return causes.stream()
        .map(cause -> RESOURCE.matcher(String.valueOf(cause.getMessage())))
        .filter(Matcher::find)
        .findFirst()
        .map(
            file -> {
              String reasons = reasons(causes.subList(1, causes.size()));
              Matcher bean = BEAN.matcher(reasons);
              String line = bean.find() ? lineOf(file.group(1), bean.group(1)) : "";
              return file.group(1).replaceFirst("^file:", "") + line + ": " + reasons;
            });
  }

  /** The line on which a bean is named, as {@code :12}; nothing if that cannot be told. */
  private String lineOf(String resource, String bean) {
    Pattern name = Pattern.compile("[- ]*name: *[\"']?" + Pattern.quote(bean) + "[\"']? *");
    try (BufferedReader reader =
        new BufferedReader(
            PluginHelper.getResourceLoader(context).resolveResource(resource).getReader())) {
      List<String> lines = reader.lines().toList();
      return IntStream.range(0, lines.size())
          .filter(i -> name.matcher(lines.get(i)).matches())
          .mapToObj(i -> ":" + (i + 1))
          .findFirst()
          .orElse("");
    } catch (Exception e) {
      return "";
    }
  }

  private static String reasons(List<Throwable> causes) {
    return causes.stream()
        .map(Throwable::getMessage)
        .filter(Objects::nonNull)
        .distinct()
        .collect(Collectors.joining(": "));
  }

  private String root() {
    Throwable root = causes.get(causes.size() - 1);
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  private <T extends Throwable> Optional<T> find(Class<T> kind) {
    return causes.stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }

  private static String place(String resource, String line) {
    return resource.replaceFirst("^file:", "") + ":" + line + ": ";
  }
}
