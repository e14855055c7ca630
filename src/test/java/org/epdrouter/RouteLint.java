package org.epdrouter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;

/** What Camel takes in route files without a word, and a reader must not meet there. */
final class RouteLint {
  private static final int MAX_STEPS = 15;
  private static final Pattern KEBAB = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern DIRECT = Pattern.compile("direct:[^\\s${}]+");
  private static final Pattern BEAN_IN_TEXT = Pattern.compile("\\$\\{bean:(\\w+)");
  private static final Pattern BEAN = Pattern.compile("#(?:bean:)?(\\w+)");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{[?!]?(router\\.[^:}]+)");
  private static final Pattern SETTING = Pattern.compile("\\{\\{[^}]*}}");
  private static final Set<String> NAMES_OF_BEANS =
      Set.of("ref", "aggregationStrategy", "executorService");
  private static final Map<String, JsonNode> VALUES =
      Map.of(
          "disabled", BooleanNode.TRUE,
          "poolSize", IntNode.valueOf(1),
          "maxPoolSize", IntNode.valueOf(1),
          "maxQueueSize", IntNode.valueOf(1));
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonSchema SCHEMA = schema();

  private final Set<String> keys;
  private final Map<String, JsonNode> files = new LinkedHashMap<>();
  private final List<String> complaints = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  private RouteLint(Set<String> keys) {
    this.keys = keys;
  }

  /**
   * Checks files that are loaded together.
   *
   * @param texts by file name
   * @param keys of all settings
   * @return a line for everything that is wrong: file, place, rule
   */
  static List<String> check(Map<String, String> texts, Set<String> keys) {
    RouteLint lint = new RouteLint(keys);
    new TreeMap<>(texts).forEach(lint::text);
    lint.files.forEach(lint::file);
    lint.references();
    return lint.complaints;
  }

  private static JsonSchema schema() {
    ClassLoader loader = YamlRoutesBuilderLoader.class.getClassLoader();
    try (InputStream stream = loader.getResourceAsStream("schema/camelYamlDsl.json")) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void complain(String file, String where, String rule) {
    complaints.add(file + ": " + where + ": " + rule);
  }

  private void text(String file, String text) {
    LoadSettings settings = LoadSettings.builder().build();
    new Parse(settings)
        .parseString(text)
        .forEach(
            event -> {
              if (event instanceof AliasEvent
                  || (event instanceof NodeEvent node && node.getAnchor().isPresent())) {
                complain(
                    file,
                    "line " + (event.getStartMark().orElseThrow().getLine() + 1),
                    "anchor or alias");
              }
            });
    Matcher placeholder = PLACEHOLDER.matcher(text);
    while (placeholder.find()) {
      if (!keys.contains(placeholder.group(1))) {
        complain(file, placeholder.group(1), "no such setting");
      }
    }
    files.put(file, JSON.valueToTree(new Load(settings).loadFromString(text)));
  }

  private void file(String file, JsonNode root) {
    for (ValidationMessage message : SCHEMA.validate(resolved(root))) {
      complain(file, message.getInstanceLocation().toString(), "schema: " + message.getMessage());
    }
    for (JsonNode item : root) {
      if (item.has("route")) {
        route(file, item.get("route"));
      } else if (item.has("routeConfiguration")) {
        configuration(file, item.get("routeConfiguration"));
      }
    }
    fields(
        root,
        (name, value) -> {
          if (name.equals("uri") && value.contains("?")) {
            complain(file, value, "? in a uri, not parameters");
          }
        });
  }

  /** The file with values in the place of placeholders that stand for something but text. */
  private static JsonNode resolved(JsonNode root) {
    JsonNode copy = root.deepCopy();
    VALUES.forEach(
        (field, value) ->
            copy.findParents(field).stream()
                .filter(parent -> SETTING.matcher(parent.get(field).asText()).matches())
                .forEach(parent -> ((ObjectNode) parent).set(field, value)));
    return copy;
  }

  private void route(String file, JsonNode route) {
    String where = id(file, "route", route);
    for (String field : List.of("description", "group")) {
      if (route.path(field).asText().isBlank()) {
        complain(file, where, "no " + field);
      }
    }
    String configuration = route.path("routeConfigurationId").asText();
    if (configuration.isEmpty()) {
      complain(file, where, "no routeConfigurationId");
    } else if (configurations().noneMatch(configuration::equals)) {
      complain(file, where, "routeConfigurationId names nothing: " + configuration);
    }
    JsonNode from = route.path("from");
    id(file, "from of " + where, from);
    int steps = steps(file, where, from.path("steps"));
    if (steps > MAX_STEPS) {
      complain(file, where, steps + " steps (expected: at most " + MAX_STEPS + ")");
    }
  }

  private Stream<String> configurations() {
    return files.values().stream()
        .flatMap(root -> StreamSupport.stream(root.spliterator(), false))
        .map(item -> item.path("routeConfiguration").path("id").asText());
  }

  private void configuration(String file, JsonNode configuration) {
    String where = id(file, "routeConfiguration", configuration);
    for (JsonNode handler : configuration.path("onException")) {
      String handlers = id(file, "onException of " + where, handler.path("onException"));
      steps(file, handlers, handler.path("onException").path("steps"));
    }
  }

  /** Looks at steps and at those inside of them; returns how many there are. */
  private int steps(String file, String where, JsonNode steps) {
    int count = 0;
    for (JsonNode step : steps) {
      Map.Entry<String, JsonNode> kind = step.properties().iterator().next();
      String place = id(file, kind.getKey() + " in " + where, kind.getValue());
      if (kind.getKey().equals("loadBalance") && kind.getValue().path("steps").size() != 1) {
        complain(file, place, "a balancer has exactly one child");
      }
      count += 1 + steps(file, place, kind.getValue().path("steps"));
      for (String clause : List.of("when", "doCatch", "otherwise", "doFinally", "onFallback")) {
        count += clauses(file, clause + " of " + place, kind.getValue().path(clause));
      }
    }
    return count;
  }

  private int clauses(String file, String where, JsonNode clauses) {
    int count = 0;
    for (JsonNode clause : clauses.isObject() ? List.of(clauses) : clauses) {
      count += steps(file, id(file, where, clause), clause.path("steps"));
    }
    return count;
  }

  /** Checks the id of what is there; returns how to call it. */
  private String id(String file, String what, JsonNode node) {
    String id = node.path("id").asText();
    if (id.isEmpty()) {
      complain(file, what, "no id");
      return what;
    }
    if (!KEBAB.matcher(id).matches()) {
      complain(file, id, "id is not kebab-case");
    }
    if (!ids.add(id)) {
      complain(file, id, "id is there twice");
    }
    return id;
  }

  private void references() {
    Set<String> beans = new HashSet<>();
    Set<String> consumed = new HashSet<>();
    for (JsonNode root : files.values()) {
      for (JsonNode item : root) {
        item.path("beans").forEach(bean -> beans.add(bean.path("name").asText()));
        consumed.add(item.path("route").path("from").path("uri").asText());
      }
    }
    files.forEach(
        (file, root) ->
            fields(
                root,
                (name, value) -> {
                  if (DIRECT.matcher(value).matches() && !consumed.contains(value)) {
                    complain(file, value, "nobody consumes it");
                  }
                  for (String bean : beansIn(name, value)) {
                    if (!beans.contains(bean)) {
                      complain(file, bean, "no such bean");
                    }
                  }
                }));
  }

  private static List<String> beansIn(String field, String value) {
    if (NAMES_OF_BEANS.contains(field)) {
      return List.of(value.replaceFirst("^#(bean:)?", ""));
    }
    Matcher reference = BEAN.matcher(value);
    if (reference.matches()) {
      return List.of(reference.group(1));
    }
    return BEAN_IN_TEXT.matcher(value).results().map(found -> found.group(1)).toList();
  }

  /** Visits every text in the tree with the name of the field that it is in. */
  private static void fields(JsonNode node, BiConsumer<String, String> visitor) {
    node.properties()
        .forEach(
            field -> {
              if (field.getValue().isTextual()) {
                visitor.accept(field.getKey(), field.getValue().asText());
              } else {
                fields(field.getValue(), visitor);
              }
            });
    if (node.isArray()) {
      for (JsonNode element : node) {
        if (element.isTextual()) {
          visitor.accept("", element.asText());
        } else {
          fields(element, visitor);
        }
      }
    }
  }
}
