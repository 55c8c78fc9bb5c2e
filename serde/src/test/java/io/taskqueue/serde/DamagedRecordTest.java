package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading damaged bytes returns an event or throws an {@link UndecodableEventException}, and nothing else. */
@Domain(ArbitraryEvents.class)
@Domain(DomainContext.Global.class)
class DamagedRecordTest {

    private static final String[] HOSTILE_VALUES = {
        "null",
        "\"\"",
        "\"\\ud800\"",
        "-1",
        "0",
        "1.5",
        "1e99",
        "99999999999",
        "9".repeat(900),
        "9".repeat(2_000),
        "true",
        "[]",
        "{}",
        "[[]]",
        "[\"FromDrain\",\"FromDrain\"]",
        "[\"New\"]",
        "{\"message\":1}",
        "{\"message\":\"m\",\"metadata\":{\"a\":1}}",
        "{\"message\":\"m\",\"metadata\":{\"a\":\"\",\"a\":\"\"}}",
        "{\"sequenceId\":1}",
        "\"2026-02-30T00:00:00Z\"",
        "\"2026-11-01T10:00:30+25:00\"",
        "\"1-1-1-1-1\"",
        "\"SourceStarted\"",
        "\"" + "x".repeat(2_000) + "\""
    };

    private final List<ReplicationEventCodec<?>> codecs = List.of(
            new ReplicationEventCodec<>(PayloadCodec.jsonText()),
            new ReplicationEventCodec<>(PayloadCodec.utf8()),
            new ReplicationEventCodec<>(PayloadCodec.bytes()),
            new ReplicationEventCodec<>(PayloadCodec.json(Map.class)));

    @Property(tries = 1_000)
    void mutatedRecordIsAnEventOrUndecodable(@ForAll ReplicationEvent<String> event, @ForAll long seed) {
        byte[] json = new ReplicationEventCodec<>(PayloadCodec.jsonText()).encode(event);
        Random random = new Random(seed);
        for (int mutant = 0; mutant < 20; mutant++) {
            byte[] mutated = json;
            for (int steps = random.nextInt(4); steps >= 0; steps--) {
                mutated = mutate(mutated, random);
            }
            decodeWithAll(mutated);
        }
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void recordTruncatedAnywhereIsUndecodable(EventKind kind) {
        ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.jsonText());
        byte[] json = codec.encode(WireFormatTest.sample(kind));
        for (int length = 0; length < json.length; length++) {
            byte[] truncated = Arrays.copyOf(json, length);
            assertThat(decode(codec, truncated)).as("truncated at %s", length).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void recordWithAnyFieldValueIsAnEventOrUndecodable(EventKind kind) throws Exception {
        String json = new String(
                new ReplicationEventCodec<>(PayloadCodec.jsonText()).encode(WireFormatTest.sample(kind)), UTF_8);
        for (EventField field : EventField.values()) {
            for (String value : HOSTILE_VALUES) {
                ObjectNode record = (ObjectNode) new ObjectMapper().readTree(json);
                record.putRawValue(field.wireName(), new RawValue(value));
                decodeWithAll(record.toString().getBytes(UTF_8));
            }
        }
    }

    @Property
    void anyBytesAreAnEventOrUndecodable(@ForAll byte[] bytes) {
        decodeWithAll(bytes);
    }

    @Property
    void anyHeaderIsReadWithoutAnException(@ForAll byte[] id, @ForAll byte[] source, @ForAll byte[] type) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("ce_id", id).add("ce_source", source).add("ce_type", type);

        assertThat(EventHeaders.read(headers)).isEmpty();
    }

    private void decodeWithAll(byte[] json) {
        for (ReplicationEventCodec<?> codec : codecs) {
            decode(codec, json);
        }
    }

    /** Whether the bytes are an event. If they are, it can be written again. */
    private static <T> boolean decode(ReplicationEventCodec<T> codec, byte[] json) {
        ReplicationEvent<T> event;
        try {
            event = codec.decode(json);
        } catch (UndecodableEventException undecodable) {
            assertThat(undecodable).hasMessageStartingWith("This record is not a replication event: ");
            assertThat(undecodable.getMessage()).hasSizeLessThan(1_200).doesNotContain("\n");
            return false;
        }
        if (!event.hasPayload() || event.payload() instanceof String) {
            assertThat(codec.decode(codec.encode(event))).isEqualTo(event);
        }
        return true;
    }

    private static byte[] mutate(byte[] json, Random random) {
        int at = random.nextInt(json.length + 1);
        int end = Math.min(json.length, at + 1 + random.nextInt(1 << random.nextInt(8)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(json, 0, at);
        switch (random.nextInt(6)) {
            case 0 -> { // flip a bit
                if (at < json.length) {
                    out.write(json[at] ^ 1 << random.nextInt(8));
                    at++;
                }
            }
            case 1 -> at = end; // remove
            case 2 -> out.write(json, at, end - at); // duplicate
            case 3 -> out.write(random.nextInt(256)); // insert
            case 4 -> { // insert a token
                byte[] token = List.of("{", "}", "[", "]", "\"", ",", ":", "null", "-", "1e9", "\\u0000", "\uFEFF")
                        .get(random.nextInt(12))
                        .getBytes(UTF_8);
                out.write(token, 0, token.length);
            }
            default -> at = json.length; // truncate
        }
        out.write(json, at, json.length - at);
        return out.toByteArray();
    }
}
