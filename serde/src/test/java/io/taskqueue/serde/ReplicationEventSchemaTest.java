package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The JSON Schema accepts what the codec writes, and rejects what it cannot read. */
@Domain(ArbitraryEvents.class)
class ReplicationEventSchemaTest {

    private static final Schema SCHEMA = schema();

    private final ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.jsonText());

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void eventOfEachKindIsValid(EventKind kind) {
        assertThat(errors(new String(codec.encode(WireFormatTest.sample(kind)), UTF_8)))
                .isEmpty();
    }

    @Property(tries = 300)
    void anyEventIsValid(@ForAll ReplicationEvent<String> event) {
        // numbers with extreme exponents are valid, but the schema's validator cannot process them
        ReplicationEvent<String> plain = event.hasPayload() && event.payload().contains("e-1000000000")
                ? WireFormatTest.sample(EventKind.SOURCE_STARTED)
                : event;

        assertThat(errors(new String(codec.encode(plain), UTF_8))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void everyRequiredFieldIsRequired(EventKind kind) throws IOException {
        byte[] json = codec.encode(WireFormatTest.sample(kind));
        ObjectMapper mapper = new ObjectMapper();
        for (EventField field : EventField.values()) {
            ObjectNode record = (ObjectNode) mapper.readTree(json);
            record.remove(field.wireName());
            boolean decodable = isDecodable(record.toString());
            assertThat(errors(record.toString()).isEmpty())
                    .as("%s without %s", kind, field.wireName())
                    .isEqualTo(decodable);
        }
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void fieldsOfOtherKindsAreRejected(EventKind kind) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        byte[] json = codec.encode(WireFormatTest.sample(kind));
        ObjectNode donor = (ObjectNode) mapper.readTree(codec.encode(WireFormatTest.sample(EventKind.FAILED)));
        donor.put("leaseExpiration", "2026-11-01T10:00:00Z");
        donor.put("availableAt", "2026-11-01T10:00:00Z");
        donor.put("pendingSinceEventId", 3);
        donor.put("taskKey", "line-17");
        donor.put("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        donor.put("tracestate", "vendor=1");
        donor.put("priority", "High");
        donor.put("instanceId", "00000000-0000-0000-0000-00000000000b");
        for (Map.Entry<String, JsonNode> field : donor.properties()) {
            ObjectNode record = (ObjectNode) mapper.readTree(json);
            if (record.has(field.getKey()) || dependsOnTheToken(kind, field.getKey())) {
                continue; // a schema cannot express whether a token fits
            }
            record.set(field.getKey(), field.getValue());
            assertThat(errors(record.toString()).isEmpty())
                    .as("%s with %s", kind, field.getKey())
                    .isEqualTo(isDecodable(record.toString()));
        }
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void anEventWithoutItsPayloadIsValidWhereItIsOptional(EventKind kind) {
        if (kind != EventKind.SOURCE_STARTED && !kind.requiresPayload()) {
            assertThat(errors(new String(codec.encode(WireFormatTest.withoutPayload(kind)), UTF_8)))
                    .isEmpty();
        }
    }

    private static boolean dependsOnTheToken(EventKind kind, String field) {
        return field.equals("ownershipToken")
                || (field.equals("leaseExpiration") && (kind == EventKind.RESTORED || kind == EventKind.SNAPSHOT));
    }

    @ParameterizedTest
    @EnumSource(WireFormatTest.StateSample.class)
    void eventThatShowsAStateIsValid(WireFormatTest.StateSample sample) throws IOException {
        String json = new String(codec.encode(sample.event()), UTF_8);
        assertThat(errors(json)).isEmpty();
        ObjectNode withoutToken = (ObjectNode) new ObjectMapper().readTree(json);
        withoutToken.remove("ownershipToken");

        assertThat(errors(withoutToken.toString()).isEmpty()).isEqualTo(isDecodable(withoutToken.toString()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "value | null",
                "kind | \"Vanished\"",
                "attempt | 0",
                "sequenceNumber | 0",
                "sequenceNumber | -1",
                "sequenceNumber | \"1\"",
                "queueName | \"\"",
                "occurredAt | \"yesterday\"",
                "occurredAt | \"2026-11-01 10:00:00Z\"",
                "flags | null",
                "flags | [\"DeadLetter\"]",
                "ownerPeerId | null",
                "error | {}",
                "flags | [\"HandOver\"]",
                "availableAt | \"soon\"",
                "availableAt | null",
                "pendingSinceEventId | 3",
                "taskKey | \"\"",
                "taskKey | null",
                "taskKey | 7",
                "traceparent | null",
                "tracestate | 7",
                "priority | null",
                "priority | 1",
            })
    void wrongValueIsRejected(String field, String value) throws IOException {
        ObjectNode record =
                (ObjectNode) new ObjectMapper().readTree(codec.encode(WireFormatTest.sample(EventKind.FAILED)));
        record.set(field, new ObjectMapper().readTree(value));

        assertThat(errors(record.toString())).isNotEmpty();
        assertThat(isDecodable(record.toString())).isFalse();
    }

    private boolean isDecodable(String json) {
        try {
            codec.decode(json.getBytes(UTF_8));
            return true;
        } catch (UndecodableEventException undecodable) {
            return false;
        }
    }

    private static List<Error> errors(String json) {
        return SCHEMA.validate(json, InputFormat.JSON);
    }

    private static Schema schema() {
        try (InputStream file = ReplicationEventSchemaTest.class.getResourceAsStream("replication-event.schema.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(new String(file.readAllBytes(), UTF_8), InputFormat.JSON);
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
