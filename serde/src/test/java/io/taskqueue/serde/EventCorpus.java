package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.Priority;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The records that a version wrote, in {@code src/test/resources/corpus/VERSION/events.ndjson}: an event of each kind, with each payload codec,
 * each flag and each field. A line has the record as it was written, and what a reader must find in it:
 *
 * <pre>
 *   {"name":…, "codec":…, "key":…, "headers":{…}, "value": the record's value as a text, "event":{what is in it, as texts}}
 * </pre>
 *
 * <p>A corpus never changes once its version is released. {@code -Dcorpus.write=VERSION} writes that of the version in development.
 */
final class EventCorpus {

    private static final Path DIRECTORY = Path.of(System.getProperty("taskqueue.corpus", "src/test/resources/corpus"));
    private static final String FILE = "events.ndjson";
    private static final UUID INSTANCE = UUID.fromString("00000000-0000-0000-0000-00000000000b");
    private static final Instant TIME = Instant.parse("2026-11-01T10:00:00Z");
    private static final Pattern DOT = Pattern.compile("\\.");
    private static final ObjectMapper JSON = new ObjectMapper();

    private EventCorpus() {}

    /** A payload as an application has it. */
    record Order(String number, int cents, Instant placedAt) {}

    /** A record and what is in it. */
    record Line(
            String version,
            String name,
            String codec,
            String key,
            Map<String, String> headers,
            String value,
            Map<String, String> event) {

        Headers kafkaHeaders() {
            Headers made = new RecordHeaders();
            headers.forEach((name, text) -> made.add(name, text.getBytes(UTF_8)));
            return made;
        }

        /** The event in another value than that of this line, in the words of a corpus. */
        Map<String, String> read(String value) {
            return CorpusCodec.named(codec).read(value.getBytes(UTF_8));
        }

        /** The value as this version writes the event that is in it. */
        String writtenAgain() {
            return new String(CorpusCodec.named(codec).rewrite(value.getBytes(UTF_8)), UTF_8);
        }

        @Override
        public String toString() {
            return version + " " + name;
        }
    }

    /** The payload codecs that a corpus covers. */
    static final class CorpusCodec<T> {

        private static final List<CorpusCodec<?>> ALL = List.of(
                new CorpusCodec<>("jsonText", PayloadCodec.jsonText(), Function.identity(), "{\"price\": 1.10}"),
                new CorpusCodec<>("utf8", PayloadCodec.utf8(), Function.identity(), "line 1\n\"é😀\" \\ \u0000"),
                new CorpusCodec<>(
                        "bytes", PayloadCodec.bytes(), HexFormat.of()::formatHex, new byte[] {0, 1, -1, 127, -128}),
                new CorpusCodec<>(
                        "json", PayloadCodec.json(Order.class), Order::toString, new Order("A-17é", 4_200, TIME)));

        private final String name;
        private final ReplicationEventCodec<T> codec;
        private final Function<T, String> text;
        private final T sample;

        private CorpusCodec(String name, PayloadCodec<T> payloads, Function<T, String> text, T sample) {
            this.name = name;
            this.codec = new ReplicationEventCodec<>(payloads);
            this.text = text;
            this.sample = sample;
        }

        static CorpusCodec<?> named(String name) {
            return ALL.stream()
                    .filter(codec -> codec.name.equals(name))
                    .findFirst()
                    .orElseThrow();
        }

        Map<String, String> read(byte[] value) {
            return inWords(codec.decode(value), text);
        }

        byte[] rewrite(byte[] value) {
            return codec.encode(codec.decode(value));
        }

        /** An event of a queue with a name that must be encoded in headers. */
        Sample<T> sample() {
            Task<T> task = new Task<>(new TaskId("é/1 %", 7, 42), 1, TIME, sample);
            return new Sample<>(
                    "payload of " + name,
                    this,
                    ReplicationEvent.of(
                            "é/1 %",
                            new SourceMetadata(new Position(7, 99), "peer/ä", null, TIME),
                            TaskEvent.builder(EventKind.ENQUEUED, 1234, TIME, task)
                                    .build()));
        }
    }

    private record Sample<T>(String name, CorpusCodec<T> codec, ReplicationEvent<T> event) {

        ObjectNode line() {
            Headers headers = new RecordHeaders();
            headers.add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".getBytes(UTF_8));
            EventHeaders.write(event, INSTANCE, headers);
            ObjectNode line = JSON.createObjectNode()
                    .put("name", name)
                    .put("codec", codec.name)
                    .put("key", event.queueName());
            ObjectNode written = line.putObject("headers");
            headers.forEach(header -> written.put(header.key(), new String(header.value(), UTF_8)));
            line.put("value", new String(codec.codec.encode(event), UTF_8));
            ObjectNode words = line.putObject("event");
            inWords(event, codec.text).forEach(words::put);
            return line;
        }
    }

    /** The versions that have a corpus, the newest one last. */
    static List<String> versions() {
        try (Stream<Path> directories = Files.list(DIRECTORY)) {
            return directories
                    .map(directory -> directory.getFileName().toString())
                    .sorted(Comparator.comparing(EventCorpus::sortable))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("There is no corpus in " + DIRECTORY.toAbsolutePath() + ".", e);
        }
    }

    static List<Line> lines() {
        return versions().stream().flatMap(version -> lines(version).stream()).toList();
    }

    static List<Line> lines(String version) {
        try {
            List<Line> lines = new ArrayList<>();
            for (String text : Files.readAllLines(DIRECTORY.resolve(version).resolve(FILE))) {
                JsonNode line = JSON.readTree(text);
                lines.add(new Line(
                        version,
                        line.path("name").asText(),
                        line.path("codec").asText(),
                        line.path("key").asText(),
                        texts(line.path("headers")),
                        line.path("value").asText(),
                        texts(line.path("event"))));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException("The corpus of " + version + " cannot be read.", e);
        }
    }

    /** Writes the corpus of a version, with what this version writes. */
    static void write(String version) throws IOException {
        Path directory = Files.createDirectories(DIRECTORY.resolve(version));
        Files.write(
                directory.resolve(FILE),
                samples().stream().map(sample -> sample.line().toString()).toList());
    }

    private static List<Sample<?>> samples() {
        CorpusCodec<String> text = jsonText();
        List<Sample<?>> samples = new ArrayList<>();
        for (EventKind kind : EventKind.values()) {
            samples.add(new Sample<>(kind.wireName(), text, WireFormatTest.sample(kind)));
        }
        for (WireFormatTest.StateSample state : WireFormatTest.StateSample.values()) {
            samples.add(new Sample<>(state.name(), text, state.event()));
        }
        samples.add(new Sample<>("retried", text, WireFormatTest.retried()));
        samples.add(new Sample<>("traced", text, WireFormatTest.traced()));
        samples.add(new Sample<>("priority", text, WireFormatTest.ofPriority(Priority.HIGH)));
        samples.add(new Sample<>("without payload", text, WireFormatTest.withoutPayload(EventKind.COMPLETED)));
        CorpusCodec.ALL.forEach(codec -> samples.add(codec.sample()));
        return samples;
    }

    @SuppressWarnings("unchecked") // the codec of that name
    private static CorpusCodec<String> jsonText() {
        return (CorpusCodec<String>) CorpusCodec.named("jsonText");
    }

    /** What is in an event. A later version may have more words, which this one does not know. */
    static <T> Map<String, String> inWords(ReplicationEvent<T> event, Function<T, String> payload) {
        Map<String, String> words = new LinkedHashMap<>();
        words.put("queue", event.queueName());
        words.put("position", event.position().toString());
        words.put("kind", event.kind().wireName());
        words.put("sourcePeer", event.sourcePeerId());
        event.ownerPeerId().ifPresent(peer -> words.put("ownerPeer", peer));
        words.put("occurredAt", event.occurredAt().toString());
        words.put("recordedAt", event.recordedAt().toString());
        event.instanceId().ifPresent(id -> words.put("instance", id.toString()));
        event.change().ifPresent(change -> {
            Task<T> task = change.task();
            words.put("number", String.valueOf(change.number()));
            words.put("task", task.id().toString());
            words.put("attempt", String.valueOf(task.attempt()));
            words.put("firstAttempt", String.valueOf(task.firstAttempt()));
            words.put("enqueuedAt", task.enqueuedAt().toString());
            if (task.hasPayload()) {
                words.put("payload", payload.apply(task.payload()));
            }
            if (task.key() != null) {
                words.put("key", task.key());
            }
            if (task.priority() != Priority.NORMAL) {
                words.put("priority", task.priority().wireName());
            }
            change.token().ifPresent(token -> words.put("token", token.toString()));
            change.leaseExpiration().ifPresent(time -> words.put("leaseExpiration", time.toString()));
            change.availableAt().ifPresent(time -> words.put("availableAt", time.toString()));
            change.pendingSince().ifPresent(number -> words.put("pendingSince", String.valueOf(number)));
            change.error().ifPresent(error -> {
                words.put("errorCode", String.valueOf(error.code()));
                words.put("errorMessage", error.message());
                words.put("errorMetadata", error.metadata().toString());
            });
            words.put(
                    "flags",
                    change.flags().stream()
                            .map(flag -> flag.wireName())
                            .sorted()
                            .toList()
                            .toString());
        });
        return words;
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(each -> texts.put(each.getKey(), each.getValue().asText()));
        return texts;
    }

    /** The numbers of a version, each with as many digits, so that texts compare as the numbers do. */
    private static String sortable(String version) {
        return DOT.splitAsStream(version)
                .map(number -> "0".repeat(6 - number.length()) + number)
                .collect(Collectors.joining("."));
    }
}
