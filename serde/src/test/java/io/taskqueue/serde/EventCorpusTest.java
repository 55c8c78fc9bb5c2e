package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Records of every version are read by this one, and records with what a later version may add are read as well.
 *
 * <p>With {@code -Dtaskqueue.corpus=DIRECTORY}, it reads the corpora of another version, which may be a later one.
 */
class EventCorpusTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @BeforeAll
    static void writeIfAsked() throws Exception {
        String version = System.getProperty("corpus.write");
        if (version != null) {
            EventCorpus.write(version);
        }
    }

    static List<EventCorpus.Line> lines() {
        return EventCorpus.lines();
    }

    @ParameterizedTest
    @MethodSource("lines")
    void recordsOfEveryVersionAreRead(EventCorpus.Line line) {
        if (kind(line).isEmpty()) { // of a later version
            assertThatThrownBy(() -> line.read(line.value())).isInstanceOf(UndecodableEventException.class);
            return;
        }
        assertThat(line.event()).containsAllEntriesOf(line.read(line.value()));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void headersOfEveryVersionAreRead(EventCorpus.Line line) {
        EventHeaders headers = EventHeaders.read(line.kafkaHeaders()).orElseThrow();

        assertThat(headers.queueName())
                .isEqualTo(line.key())
                .isEqualTo(line.event().get("queue"));
        assertThat(headers.position()).hasToString(line.event().get("position"));
        assertThat(headers.kind()).isEqualTo(kind(line));
        assertThat(headers.task().map(Object::toString).orElse(null))
                .isEqualTo(line.event().get("task"));
        assertThat(headers.instanceId()).isPresent();
        assertThat(headers.payloadOmitted())
                .isEqualTo(headers.task().isPresent() && !line.event().containsKey("payload"));
    }

    /** A source reads events of an earlier version and writes them again when it recovers their tasks. */
    @ParameterizedTest
    @MethodSource("lines")
    void recordsThatAreWrittenAgainAreTheSameBytes(EventCorpus.Line line) {
        Set<String> known =
                Stream.of(EventField.values()).map(EventField::wireName).collect(Collectors.toSet());
        if (kind(line).isPresent() && known.containsAll(fieldNames(line.value()))) {
            assertThat(line.writtenAgain()).isEqualTo(line.value());
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void whatALaterVersionAddsIsIgnored(EventCorpus.Line line) throws Exception {
        if (kind(line).isEmpty()) {
            return;
        }
        Headers headers = line.kafkaHeaders();
        headers.add("later", "x".getBytes(UTF_8));

        assertThat(line.read(withLaterParts(line.value()))).isEqualTo(line.read(line.value()));
        assertThat(EventHeaders.read(headers)).isEqualTo(EventHeaders.read(line.kafkaHeaders()));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aKindOfALaterVersionIsRefusedByItsName(EventCorpus.Line line) throws Exception {
        ObjectNode value = (ObjectNode) JSON.readTree(line.value());
        value.put("kind", "Paused");

        assertThatThrownBy(() -> line.read(value.toString()))
                .isInstanceOf(UndecodableEventException.class)
                .hasMessageContaining("Paused");
    }

    @Test
    void theNewestCorpusHasEveryKindCodecFlagAndField() {
        String newest = EventCorpus.versions().get(EventCorpus.versions().size() - 1);
        List<EventCorpus.Line> lines = EventCorpus.lines(newest);
        Set<String> present = new TreeSet<>();
        for (EventCorpus.Line line : lines) {
            present.add("kind " + line.event().get("kind"));
            present.add("codec " + line.codec());
            present.addAll(fieldNames(line.value()).stream()
                    .map(name -> "field " + name)
                    .toList());
            Stream.of(EventFlag.values())
                    .filter(flag -> line.value().contains("\"" + flag.wireName() + "\""))
                    .forEach(flag -> present.add("flag " + flag.wireName()));
        }

        Set<String> wanted = new TreeSet<>(List.of("codec jsonText", "codec utf8", "codec bytes", "codec json"));
        Stream.of(EventKind.values()).forEach(kind -> wanted.add("kind " + kind.wireName()));
        Stream.of(EventField.values()).forEach(field -> wanted.add("field " + field.wireName()));
        Stream.of(EventFlag.values()).forEach(flag -> wanted.add("flag " + flag.wireName()));
        assertThat(present)
                .as(
                        "Add a sample to EventCorpus.samples(), and run this test with -Dcorpus.write=%s if %s is not released yet, "
                                + "and otherwise with the next version",
                        newest, newest)
                .containsAll(wanted);
    }

    private static Optional<EventKind> kind(EventCorpus.Line line) {
        return EventKind.ofWireName(line.event().get("kind"));
    }

    private static Set<String> fieldNames(String value) {
        try {
            Set<String> names = new TreeSet<>();
            JSON.readTree(value).fieldNames().forEachRemaining(names::add);
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The value with fields of each JSON type at its end, and a flag, that no version knows. The payload's bytes stay as they are. */
    private static String withLaterParts(String value) throws Exception {
        JsonNode flags = JSON.readTree(value).path("flags");
        String before = "\"flags\":" + flags;
        assertThat(value).contains(before);
        ArrayNode more = ((ArrayNode) flags).add("Later");
        String added = ",\"laterText\":\"x\",\"laterNumber\":1e2,\"laterFlag\":true,\"laterNull\":null,"
                + "\"laterObject\":{\"kind\":\"Enqueued\",\"a\":[{}]},\"laterArray\":[1,[2]]}";
        return value.replace(before, "\"flags\":" + more).replaceFirst("}$", added);
    }
}
