package io.taskqueue.torture.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.taskqueue.event.PercentEncoding;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Entries as lines of JSON.
 *
 * <pre>
 *   {"type":"Answered","at":"2026-11-28T10:00:00.123456Z+81726354000","call":17,"delivered":false}
 *
 *   type                      the name of the entry's record
 *   Moment                    wall time, +, ticks
 *   Position, TaskId,         as messages show them: 7/12, orders/7/3, billing/0/orders/7/12/charge; names are percent-encoded
 *     EffectKey
 *   null                      left out
 * </pre>
 *
 * <p>Thread-safe.
 *
 * @param <E> the kind of entry: a sealed interface of records
 */
final class HistoryJson<E extends HistoryEntry> {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(values())
            .build();

    private static final String BEGIN = "{\"type\":\"";

    private final Map<String, ObjectReader> types;

    HistoryJson(Class<E> kind) {
        types = Stream.of(kind.getPermittedSubclasses())
                .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, MAPPER::readerFor));
    }

    byte[] line(E entry) {
        return (text(entry) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static String text(HistoryEntry entry) {
        try {
            String fields = MAPPER.writeValueAsString(entry);
            return BEGIN + entry.getClass().getSimpleName() + "\"," + fields.substring(1);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "An entry of type " + entry.getClass().getName() + " cannot be written.", e);
        }
    }

    /** @throws IOException if the line is not a whole entry of this kind */
    E entry(byte[] line) throws IOException {
        String name = type(line);
        ObjectReader type = types.get(name);
        if (type == null) {
            throw new IOException("its type is '" + name + "', but must be one of " + new TreeSet<>(types.keySet()));
        }
        return type.readValue(line);
    }

    /** The type, with which every line begins; empty where it does not. */
    private static String type(byte[] line) {
        int from = BEGIN.length();
        int end = from;
        while (end < line.length && line[end] != '"') {
            end++;
        }
        String begin = new String(line, 0, Math.min(from, line.length), StandardCharsets.UTF_8);
        return begin.equals(BEGIN) ? new String(line, from, end - from, StandardCharsets.UTF_8) : "";
    }

    private static SimpleModule values() {
        SimpleModule module = new SimpleModule();
        add(module, Moment.class, Moment::toString, Moment::parse);
        add(module, Instant.class, Instant::toString, Instant::parse);
        add(module, Duration.class, Duration::toString, Duration::parse);
        add(module, Position.class, Position::toString, HistoryJson::position);
        add(module, TaskId.class, HistoryJson::text, HistoryJson::taskId);
        add(module, EffectKey.class, EffectKey::toString, HistoryJson::effectKey);
        return module;
    }

    private static Position position(String text) {
        return Position.parse(text)
                .orElseThrow(
                        () -> new IllegalArgumentException("A position is epoch/sequence, but found " + text + "."));
    }

    private static String text(TaskId task) {
        return PercentEncoding.encode(task.queueName()) + "/" + task.epoch() + "/" + task.sequenceId();
    }

    private static TaskId taskId(String text) {
        String[] parts = split(text, 3);
        return new TaskId(PercentEncoding.decode(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }

    private static EffectKey effectKey(String text) {
        String[] parts = split(text, 6);
        return new EffectKey(
                PercentEncoding.decode(parts[0]),
                Integer.parseInt(parts[1]),
                PercentEncoding.decode(parts[2]),
                new Position(Long.parseLong(parts[3]), Long.parseLong(parts[4])),
                PercentEncoding.decode(parts[5]));
    }

    private static String[] split(String text, int parts) {
        String[] found = text.split("/", -1);
        if (found.length != parts) {
            throw new IllegalArgumentException(
                    "An identity of " + parts + " parts was expected, but " + text + " has " + found.length + ".");
        }
        return found;
    }

    private static <V> void add(
            SimpleModule module, Class<V> type, Function<V, String> write, Function<String, V> read) {
        module.addSerializer(type, new JsonSerializer<V>() {
            @Override
            public void serialize(V value, JsonGenerator json, SerializerProvider provider) throws IOException {
                json.writeString(write.apply(value));
            }
        });
        module.addDeserializer(type, new JsonDeserializer<V>() {
            @Override
            public V deserialize(JsonParser json, DeserializationContext context) throws IOException {
                try {
                    return read.apply(json.getText());
                } catch (RuntimeException e) {
                    throw new IOException(e.getMessage(), e);
                }
            }
        });
    }
}
