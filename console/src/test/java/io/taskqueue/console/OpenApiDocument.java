package io.taskqueue.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The description of the REST API, as a file of the module. */
final class OpenApiDocument {

    private static final String LOCATION = "https://taskqueue.example/openapi.yaml";
    private static final String FILE = "/io/taskqueue/console/api/openapi.yaml";

    private final JsonNode root;
    private final SchemaRegistry schemas;

    OpenApiDocument() {
        try (InputStream in = OpenApiDocument.class.getResourceAsStream(FILE)) {
            this.root = new YAMLMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.schemas = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(LOCATION, root.toString())));
    }

    /** The operations, as {@code GET /api/v1/view}. */
    Set<String> operations() {
        Set<String> found = new TreeSet<>();
        root.path("paths").properties().forEach(path -> path.getValue()
                .fieldNames()
                .forEachRemaining(method -> found.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return found;
    }

    /** The query parameters of an operation, each with its description. */
    Map<String, JsonNode> queryParameters(String operation) {
        Map<String, JsonNode> found = new TreeMap<>();
        for (JsonNode parameter : operation(operation).path("parameters")) {
            JsonNode resolved = resolved(parameter);
            if (resolved.path("in").textValue().equals("query")) {
                found.put(resolved.path("name").textValue(), resolved);
            }
        }
        return found;
    }

    /** What is wrong with the body of a response of this operation. */
    List<String> errors(String operation, int status, String contentType, String body) {
        String named = operation(operation).path("responses").has(Integer.toString(status))
                ? Integer.toString(status)
                : "default";
        JsonNode response = operation(operation).path("responses").path(named);
        String pointer = response.has("$ref")
                ? response.path("$ref").textValue()
                : "#/paths/" + escaped(path(operation)) + "/" + method(operation) + "/responses/" + named;
        if (resolved(response).path("content").path(contentType).isMissingNode()) {
            return List.of(operation + " has no response " + named + " with content " + contentType);
        }
        return errors(pointer + "/content/" + escaped(contentType) + "/schema", body);
    }

    /** What is wrong with a value of a schema of {@code components}. */
    List<String> errorsAs(String schema, String json) {
        return errors("#/components/schemas/" + schema, json);
    }

    private List<String> errors(String pointer, String json) {
        return schemas.getSchema(SchemaLocation.of(LOCATION + pointer)).validate(json, InputFormat.JSON).stream()
                .map(Error::toString)
                .toList();
    }

    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? root.at(node.path("$ref").textValue().substring(1)) : node;
    }

    private JsonNode operation(String operation) {
        return root.path("paths").path(path(operation)).path(method(operation));
    }

    private static String path(String operation) {
        return operation.substring(operation.indexOf(' ') + 1);
    }

    private static String method(String operation) {
        return operation.substring(0, operation.indexOf(' ')).toLowerCase(Locale.ROOT);
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
