package io.taskqueue.torture.workload;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The arguments of a child's main method, each as {@code name=value}. */
public record ChildArguments(Map<String, String> values) {

    private static final String KAFKA = "kafka.";

    public ChildArguments {
        values = Map.copyOf(values);
    }

    static ChildArguments parse(String[] arguments) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            values.put(parts[0], parts[1]);
        }
        return new ChildArguments(values);
    }

    /** These arguments and one more. */
    public ChildArguments with(String name, Object value) {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.put(name, String.valueOf(value));
        return new ChildArguments(all);
    }

    /** As the arguments of a process. */
    public List<String> list() {
        List<String> list = new ArrayList<>();
        new TreeMap<>(values).forEach((name, value) -> list.add(name + "=" + value));
        return list;
    }

    String text(String name) {
        return find(name)
                .orElseThrow(() ->
                        new IllegalArgumentException("The argument " + name + "=... of this process is missing."));
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    long number(String name) {
        return Long.parseLong(text(name));
    }

    Path path(String name) {
        return Path.of(text(name));
    }

    Duration duration(String name) {
        return Duration.parse(text(name));
    }

    /** Those with a prefix, without it. */
    Map<String, String> startingWith(String prefix) {
        Map<String, String> found = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), value);
            }
        });
        return found;
    }

    /** The properties of Kafka's clients, {@code kafka.NAME=VALUE}. */
    Map<String, Object> kafka() {
        return new LinkedHashMap<>(startingWith(KAFKA));
    }

    /** These arguments and a property of Kafka's clients. */
    public ChildArguments withKafka(String name, Object value) {
        return with(KAFKA + name, value);
    }
}
