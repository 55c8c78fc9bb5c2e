package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.PercentEncoding;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventHeadersTest {

    private static final UUID INSTANCE = UUID.fromString("00000000-0000-0000-0000-00000000000b");

    @Test
    void headersFollowCloudEvents() {
        assertThat(texts(written(WireFormatTest.sample(EventKind.RESTORED))))
                .isEqualTo(Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", "orders/7/99",
                        "ce_source", "/taskqueue/dispatcher-a/00000000-0000-0000-0000-00000000000b",
                        "ce_type", "io.taskqueue.Restored",
                        "ce_time", "2026-11-01T10:00:30.500Z",
                        "ce_subject", "orders%2Fold/3/42",
                        "content-type", "application/json"));
    }

    @Test
    void theIdentityIsReadWithoutInstanceAndTask() {
        Headers headers = written(WireFormatTest.sample(EventKind.RESTORED));
        EventHeaders all = EventHeaders.read(headers).orElseThrow();

        assertThat(EventHeaders.readIdentity(headers))
                .contains(new EventHeaders(
                        all.queueName(), all.position(), Optional.empty(), all.kind(), Optional.empty(), false));
        assertThat(EventHeaders.readIdentity(new RecordHeaders())).isEmpty();
    }

    @Test
    void aReaderOfManyRecordsFindsTheSameIdentities() {
        EventHeaders.IdentityReader reader = new EventHeaders.IdentityReader();
        for (String queue : new String[] {"orders", "orders", "a/b", "a/b", "orders", "a", "a/1", "%2F", "é😀"}) {
            for (EventKind kind : EventKind.values()) {
                for (String id : new String[] {
                    "1/2",
                    "0/0",
                    "7/99",
                    "01/2",
                    "1/02",
                    "1",
                    "1/",
                    "/1",
                    "1/2/3",
                    "1/x",
                    "1/-2",
                    "9223372036854775807/1",
                    "1/9223372036854775807",
                    "1/9223372036854775808",
                    "999999999999999999/999999999999999999"
                }) {
                    Headers headers = new RecordHeaders();
                    headers.add("ce_id", (PercentEncoding.encode(queue) + "/" + id).getBytes(UTF_8));
                    headers.add("ce_type", ("io.taskqueue." + kind.wireName()).getBytes(UTF_8));
                    assertThat(reader.read(headers)).as(queue + " " + id).isEqualTo(EventHeaders.readIdentity(headers));
                }
            }
            Headers unknownKind = new RecordHeaders();
            unknownKind.add("ce_id", (PercentEncoding.encode(queue) + "/1/2").getBytes(UTF_8));
            unknownKind.add("ce_type", "io.taskqueue.Paused".getBytes(UTF_8));
            assertThat(reader.read(unknownKind)).isEqualTo(EventHeaders.readIdentity(unknownKind));
            assertThat(reader.read(unknownKind).orElseThrow().kind()).isEmpty();
        }
        assertThat(reader.read(new RecordHeaders())).isEmpty();
        Headers withoutValues = new RecordHeaders();
        withoutValues.add("ce_id", null).add("ce_type", null);
        assertThat(reader.read(withoutValues)).isEmpty();
    }

    @Test
    void sourceStartedHasNoSubject() {
        assertThat(texts(written(WireFormatTest.sample(EventKind.SOURCE_STARTED))))
                .doesNotContainKey("ce_subject");
    }

    @Test
    void timeOutsideOfRfc3339IsOmitted() {
        for (Instant instant : new Instant[] {Instant.MAX, Instant.MIN, Instant.parse("+10000-01-01T00:00:00Z")}) {
            assertThat(texts(written(started("orders", "a", instant)))).doesNotContainKey("ce_time");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a/1/2", "\"", "%2F", "a b", "é😀", "\u0000", "?#", "..", "\n"})
    void hostileNamesAreReadAsTheyWereWritten(String name) {
        Headers headers = written(started(name, name, Instant.EPOCH));

        assertThat(EventHeaders.read(headers))
                .contains(new EventHeaders(
                        name,
                        new Position(7, 0),
                        Optional.of(INSTANCE),
                        Optional.of(EventKind.SOURCE_STARTED),
                        Optional.empty(),
                        false));
        assertThat(URI.create(texts(headers).get("ce_source")).getPath())
                .isEqualTo("/taskqueue/" + name + "/" + INSTANCE);
    }

    @Test
    void existingHeadersAreNotChanged() {
        RecordHeaders headers = new RecordHeaders();
        headers.add("traceparent", "00-1-2-01".getBytes(UTF_8)).add("mine", null);

        EventHeaders.write(WireFormatTest.sample(EventKind.ENQUEUED), INSTANCE, headers);

        assertThat(headers.toArray())
                .startsWith(new RecordHeaders()
                        .add("traceparent", "00-1-2-01".getBytes(UTF_8))
                        .add("mine", null)
                        .toArray());
        assertThat(headers.headers("traceparent")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "//",
                "orders",
                "orders/7",
                "orders/7/99/1",
                "/7/99",
                "orders/-7/99",
                "orders/7/-99",
                "orders/+7/99",
                "orders/07/99",
                "orders/7/9999999999999999999",
                "orders/7/x",
                "or ders/7/99",
                "or%/7/99",
                "or%2/7/99",
                "%C0%80/7/99",
                "%ff/7/99",
                "%2f/7/99",
                "%6F/7/99",
                "%ED%A0%80/7/99",
                "orders/٧/99"
            })
    void idInAnotherNotationIsIgnored(String id) {
        Headers headers = written(WireFormatTest.sample(EventKind.ENQUEUED));
        headers.remove("ce_id").add("ce_id", id.getBytes(UTF_8));

        assertThat(EventHeaders.read(headers)).isEmpty();
    }

    @Test
    void typeOfAnotherProducerIsIgnored() {
        Headers headers = written(WireFormatTest.sample(EventKind.ENQUEUED));
        headers.add("ce_type", "com.example.Enqueued".getBytes(UTF_8));

        assertThat(EventHeaders.read(headers)).isEmpty();
    }

    @Test
    void missingNullOrHugeHeadersAreIgnored() {
        assertThat(EventHeaders.read(new RecordHeaders())).isEmpty();
        for (byte[] value : new byte[][] {null, new byte[0], new byte[1_000_000], {(byte) 0xFF, 0}}) {
            Headers headers = written(WireFormatTest.sample(EventKind.ENQUEUED));
            headers.add("ce_id", value);
            assertThat(EventHeaders.read(headers)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/taskqueue/", "/taskqueue/a", "/taskqueue/a/1-1-1-1-1", "//host/a/b", "\u0000"})
    void positionIsKnownEvenIfTheSourceIsNot(String source) {
        Headers headers = written(WireFormatTest.sample(EventKind.ENQUEUED));
        headers.add("ce_source", source.getBytes(UTF_8));

        assertThat(EventHeaders.read(headers)).hasValueSatisfying(read -> {
            assertThat(read.position()).isEqualTo(new Position(7, 99));
            assertThat(read.instanceId()).isEmpty();
        });
    }

    @ParameterizedTest
    @EnumSource(value = EventKind.class, mode = EnumSource.Mode.EXCLUDE, names = "SOURCE_STARTED")
    void kindAndTaskAreReadWithoutTheValue(EventKind kind) {
        ReplicationEvent<String> event = WireFormatTest.sample(kind);

        assertThat(EventHeaders.read(written(event))).hasValueSatisfying(read -> {
            assertThat(read.kind()).contains(kind);
            assertThat(read.task()).contains(event.taskId());
        });
    }

    @Test
    void anEventWithoutItsPayloadIsMarked() {
        Headers without = written(WireFormatTest.withoutPayload(EventKind.COMPLETED));

        assertThat(texts(without)).containsEntry("ce_payloadomitted", "true");
        assertThat(EventHeaders.read(without).orElseThrow().payloadOmitted()).isTrue();
        assertThat(EventHeaders.readIdentity(without).orElseThrow().payloadOmitted())
                .isTrue();
        EventHeaders.IdentityReader reader = new EventHeaders.IdentityReader();
        for (int record = 0; record < 2; record++) {
            assertThat(reader.read(without)).isEqualTo(EventHeaders.readIdentity(without));
        }
        Headers with = written(WireFormatTest.sample(EventKind.COMPLETED));
        assertThat(texts(with)).doesNotContainKey("ce_payloadomitted");
        assertThat(EventHeaders.read(with).orElseThrow().payloadOmitted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "false", "TRUE", "1"})
    void anotherMarkDoesNotStateThatThePayloadWasOmitted(String text) {
        Headers headers = written(WireFormatTest.sample(EventKind.COMPLETED));
        headers.add("ce_payloadomitted", text.getBytes(UTF_8));

        assertThat(EventHeaders.read(headers).orElseThrow().payloadOmitted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "orders",
                "orders/1",
                "orders/1/0",
                "orders/-1/1",
                "orders/01/1",
                "/1/1",
                "a b/1/1",
                "orders/1/1/1"
            })
    void aTaskInAnotherNotationIsNotRead(String subject) {
        Headers headers = written(WireFormatTest.sample(EventKind.ENQUEUED));
        headers.add("ce_subject", subject.getBytes(UTF_8));

        assertThat(EventHeaders.read(headers))
                .hasValueSatisfying(read -> assertThat(read.task()).isEmpty());
    }

    @Test
    void aKindOfANewerVersionIsNotKnown() {
        Headers headers = written(WireFormatTest.sample(EventKind.ENQUEUED));
        headers.add("ce_type", "io.taskqueue.Invented".getBytes(UTF_8));

        assertThat(EventHeaders.read(headers))
                .hasValueSatisfying(read -> assertThat(read.kind()).isEmpty());
    }

    private static ReplicationEvent<String> started(String queueName, String peer, Instant at) {
        return ReplicationEvent.sourceStarted(
                queueName, new SourceMetadata(new Position(7, 0), peer, null, at), INSTANCE);
    }

    private static Headers written(ReplicationEvent<?> event) {
        Headers headers = new RecordHeaders();
        EventHeaders.write(event, INSTANCE, headers);
        return headers;
    }

    private static Map<String, String> texts(Headers headers) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Header header : headers) {
            texts.put(header.key(), new String(header.value(), UTF_8));
        }
        return texts;
    }
}
