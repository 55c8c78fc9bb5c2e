package io.taskqueue.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.core.ResolvableType;

/** Every property is on the page, and in the metadata that editors read. */
class PropertiesAreDocumentedTest {

    private static final Path PAGE = Path.of("..", "docs", "spring-boot.md");

    /** Whether there are beans at all: no component of a record. */
    private static final Set<String> CONDITIONS = Set.of("taskqueue.enabled", "management.health.taskqueue.enabled");

    private static final Pattern NAME = Pattern.compile("`([a-zA-Z.-]+?)(\\.\\*)?`");

    @Test
    void thePageHasEveryPropertyAndNoOther() throws IOException {
        Set<String> properties = new TreeSet<>();
        collect("taskqueue", TaskQueueProperties.class, properties);
        properties.addAll(CONDITIONS);

        assertThat(onThePage()).isEqualTo(properties);
    }

    @Test
    void everyPropertyHasADescriptionInTheMetadata() throws IOException {
        Set<String> described = new TreeSet<>();
        JsonNode metadata;
        try (InputStream file = Objects.requireNonNull(
                TaskQueueProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json"))) {
            metadata = new ObjectMapper().readTree(file);
        }
        for (JsonNode property : metadata.get("properties")) {
            if (property.path("description").asText().endsWith(".")) {
                described.add(property.get("name").asText());
            }
        }

        Set<String> properties = new TreeSet<>();
        collect("taskqueue", TaskQueueProperties.class, properties);
        properties.removeIf(name -> name.contains("NAME")); // editors read the class of a map's values
        properties.add("taskqueue.queues");
        properties.add("taskqueue.sinks");
        properties.addAll(CONDITIONS);
        assertThat(described).isEqualTo(properties);
    }

    private static void collect(String prefix, Class<?> type, Set<String> properties) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "." + kebab(component.getName());
            Type generic = component.getGenericType();
            if (component.getType() == Map.class) {
                Class<?> value = ResolvableType.forType(generic).resolveGeneric(1);
                if (Objects.requireNonNull(value).isRecord()) {
                    collect(name + ".NAME", value, properties);
                } else {
                    properties.add(name);
                }
            } else if (component.getType().isRecord()) {
                collect(name, component.getType(), properties);
            } else {
                properties.add(name);
            }
        }
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** The names in the first column of the table; one that begins with a dot continues the one before it. */
    private static Set<String> onThePage() throws IOException {
        String page = Files.readString(PAGE);
        String table = page.substring(page.indexOf("## Properties"), page.indexOf("## Limits"));
        Set<String> names = new TreeSet<>();
        String last = "";
        for (String line : table.lines().filter(row -> row.startsWith("| `")).toList()) {
            Matcher name = NAME.matcher(line.split("\\|", -1)[1]);
            while (name.find()) {
                String found = name.group(1);
                last = found.startsWith(".") ? last.substring(0, last.lastIndexOf('.')) + found : found;
                names.add(last);
            }
        }
        return names;
    }
}
