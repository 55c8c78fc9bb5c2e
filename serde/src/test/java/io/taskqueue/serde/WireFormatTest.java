package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.Priority;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.event.TraceContext;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes of an event of each kind, character by character. They are public API: a change here breaks existing readers. */
class WireFormatTest {

    private static final Instant ENQUEUED = Instant.parse("2026-11-01T10:00:00Z");
    private static final Instant OCCURRED = Instant.parse("2026-11-01T10:00:30.5Z");
    private static final Instant RECORDED = Instant.parse("2026-11-01T10:00:30.500000001Z");
    private static final Instant EXPIRES = Instant.parse("2026-11-01T10:01:00.000250Z");
    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final UUID LEASE = UUID.fromString("00000000-0000-0000-0000-00000000000a");
    private static final UUID INSTANCE = UUID.fromString("00000000-0000-0000-0000-00000000000b");

    private final ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.jsonText());

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void bytesOfEachKindDoNotChange(EventKind kind) {
        assertThat(new String(codec.encode(sample(kind)), UTF_8)).isEqualTo(json(kind));
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void bytesOfEachKindAreReadAsTheEvent(EventKind kind) {
        assertThat(codec.decode(json(kind).getBytes(UTF_8))).isEqualTo(sample(kind));
    }

    @Test
    void leaseExpiredWithoutAnErrorIsRead() {
        String withError = json(EventKind.LEASE_EXPIRED);
        String without = withError.replaceFirst("\"error\":.*?}},", "");

        assertThat(without).doesNotContain("error").isNotEqualTo(withError);
        assertThat(codec.decode(without.getBytes(UTF_8)).error()).isEmpty();
    }

    /** The parts by which an event shows the state of its task. */
    enum StateSample {
        LEASED,
        LEASED_SNAPSHOT,
        DELAYED,
        DELAYED_SNAPSHOT,
        PENDING,
        HANDED_OVER,
        HANDED_OVER_DELAYED,
        FAILED_WITH_A_NEXT_ATTEMPT,
        EXPIRED_WITH_A_NEXT_ATTEMPT,
        ENQUEUED_WITH_A_DELAY,
        DELAYED_BEFORE_THE_FIRST_ATTEMPT;

        ReplicationEvent<String> event() {
            return switch (this) {
                case LEASED -> of(
                        EventKind.RESTORED, 2, change -> change.token(token(2)).leaseExpiration(EXPIRES));
                case LEASED_SNAPSHOT -> of(EventKind.SNAPSHOT, 2, change -> change.token(token(2))
                        .leaseExpiration(EXPIRES)
                        .error(TaskError.of("no route")));
                case DELAYED -> of(
                        EventKind.RESTORED, 3, change -> change.token(token(2)).availableAt(EXPIRES));
                case DELAYED_SNAPSHOT -> of(
                        EventKind.SNAPSHOT, 3, change -> change.token(token(2)).availableAt(EXPIRES));
                case PENDING -> of(EventKind.RESTORED, 1, change -> change);
                case HANDED_OVER -> of(EventKind.DRAINED, 3, change -> handedOver(change));
                case HANDED_OVER_DELAYED -> of(
                        EventKind.DRAINED, 3, change -> handedOver(change).availableAt(EXPIRES));
                case FAILED_WITH_A_NEXT_ATTEMPT -> of(EventKind.FAILED, 2, change -> change.token(token(2))
                        .error(error())
                        .availableAt(EXPIRES));
                case EXPIRED_WITH_A_NEXT_ATTEMPT -> of(EventKind.LEASE_EXPIRED, 2, change -> change.token(token(2))
                        .leaseExpiration(EXPIRES)
                        .availableAt(EXPIRES)
                        .flag(EventFlag.FROM_EXPIRATION));
                case ENQUEUED_WITH_A_DELAY -> of(EventKind.ENQUEUED, 1, change -> change.availableAt(EXPIRES));
                case DELAYED_BEFORE_THE_FIRST_ATTEMPT -> of(
                        EventKind.RESTORED, 1, change -> change.availableAt(EXPIRES));
            };
        }

        private static TaskEvent.Builder<String> handedOver(TaskEvent.Builder<String> change) {
            return change.token(token(2)).flag(EventFlag.FROM_DRAIN).flag(EventFlag.HAND_OVER);
        }

        private static ReplicationEvent<String> of(
                EventKind kind, int attempt, UnaryOperator<TaskEvent.Builder<String>> parts) {
            return WireFormatTest.event(kind, attempt, "line-17", parts);
        }
    }

    @Test
    void timeOfTheNextAttemptAndKeyAreTheLastFields() {
        String handedOver = new String(codec.encode(StateSample.HANDED_OVER_DELAYED.event()), UTF_8);

        assertThat(handedOver)
                .contains("\"flags\":[\"FromDrain\",\"HandOver\"],")
                .endsWith("\"enqueuedAt\":\"2026-11-01T10:00:00Z\",\"availableAt\":\"2026-11-01T10:01:00.000250Z\","
                        + "\"taskKey\":\"line-17\"}");
    }

    @ParameterizedTest
    @EnumSource(StateSample.class)
    void partsThatShowAStateAreReadBack(StateSample sample) {
        assertThat(codec.decode(codec.encode(sample.event()))).isEqualTo(sample.event());
    }

    @Test
    void aRetriedTaskCarriesItsFirstAttempt() {
        ReplicationEvent<String> restored = retried();

        String json = new String(codec.encode(restored), UTF_8);

        assertThat(json).isEqualTo(json("Restored", 6, "\"flags\":[],", ",\"firstAttempt\":6"));
        assertThat(codec.decode(json.getBytes(UTF_8))).isEqualTo(restored);
    }

    @Test
    void anEnqueueWithADelayStatesWhenTheTaskIsAvailable() {
        ReplicationEvent<String> delayed = event(EventKind.ENQUEUED, 1, change -> change.availableAt(EXPIRES));

        String json = new String(codec.encode(delayed), UTF_8);

        assertThat(json)
                .isEqualTo(json("Enqueued", 1, "\"flags\":[],", ",\"availableAt\":\"2026-11-01T10:01:00.000250Z\""));
        assertThat(codec.decode(json.getBytes(UTF_8))).isEqualTo(delayed);
    }

    @Test
    void theTraceOfATaskIsInItsFieldsAndHeaders() {
        TraceContext trace = new TraceContext(TRACEPARENT, "vendor=1,other=\"2\"");
        ReplicationEvent<String> event = inTrace(trace);

        String json = new String(codec.encode(event), UTF_8);

        assertThat(json)
                .isEqualTo(json(
                        "Restored",
                        5,
                        "\"flags\":[],",
                        ",\"traceparent\":\"" + TRACEPARENT + "\",\"tracestate\":\"vendor=1,other=\\\"2\\\"\""));
        assertThat(codec.decode(json.getBytes(UTF_8))).isEqualTo(event);
        RecordHeaders headers = new RecordHeaders();
        EventHeaders.write(event, INSTANCE, headers);
        assertThat(headers.lastHeader("traceparent").value()).isEqualTo(TRACEPARENT.getBytes(UTF_8));
        assertThat(headers.lastHeader("tracestate").value()).isEqualTo("vendor=1,other=\"2\"".getBytes(UTF_8));
    }

    @Test
    void aPriorityIsWrittenUnlessItIsTheNormalOne() {
        String json = new String(codec.encode(ofPriority(Priority.LOW)), UTF_8);

        assertThat(json).isEqualTo(json("Restored", 5, "\"flags\":[],", ",\"priority\":\"Low\""));
        assertThat(codec.decode(json.getBytes(UTF_8))).isEqualTo(ofPriority(Priority.LOW));
        assertThat(new String(codec.encode(ofPriority(Priority.NORMAL)), UTF_8)).doesNotContain("priority");
    }

    @Test
    void aPriorityOfALaterVersionIsReadAsTheNormalOne() {
        String json = new String(codec.encode(ofPriority(Priority.HIGH)), UTF_8);

        assertThat(codec.decode(json.replace("\"High\"", "\"Highest\"").getBytes(UTF_8)))
                .isEqualTo(ofPriority(Priority.NORMAL));
    }

    @Test
    void anInvalidTraceDoesNotMakeAnEventUndecodable() {
        String json = new String(codec.encode(inTrace(new TraceContext(TRACEPARENT, "vendor=1"))), UTF_8);

        assertThat(codec.decode(json.replace("00-4bf", "ff-4bf").getBytes(UTF_8)))
                .isEqualTo(inTrace(null));
        assertThat(codec.decode(json.replace("vendor=1", "x".repeat(513)).getBytes(UTF_8)))
                .isEqualTo(inTrace(new TraceContext(TRACEPARENT, null)));
    }

    @ParameterizedTest
    @EnumSource(names = {"AVAILABLE", "LEASE_GRANTED", "HEARTBEAT", "COMPLETED", "FAILED", "LEASE_EXPIRED", "REQUEUED"})
    void anEventWithoutItsPayloadHasNoFieldValue(EventKind kind) {
        String without = json(kind).replace("\"value\":{\"price\": 1.10},", "");

        assertThat(new String(codec.encode(withoutPayload(kind)), UTF_8)).isEqualTo(without);
        ReplicationEvent<String> read = codec.decode(without.getBytes(UTF_8));
        assertThat(read).isEqualTo(withoutPayload(kind)).isNotEqualTo(sample(kind));
        assertThat(read.hasPayload()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"ENQUEUED", "RESTORED", "SNAPSHOT", "DRAINED", "DEAD_LETTERED"})
    void otherKindsAreNotReadWithoutTheFieldValue(EventKind kind) {
        String without = json(kind).replaceFirst("\"value\":(\\{[^}]*\\}|\\[[^\\]]*\\]),", "");

        assertThat(without).isNotEqualTo(json(kind));
        assertThatThrownBy(() -> codec.decode(without.getBytes(UTF_8)))
                .isInstanceOf(UndecodableEventException.class)
                .hasMessage("This record is not a replication event: the field value is missing.");
    }

    static ReplicationEvent<String> withoutPayload(EventKind kind) {
        ReplicationEvent<String> event = sample(kind);
        return ReplicationEvent.of(
                event.queueName(),
                event.metadata(),
                event.change().orElseThrow().withoutPayload());
    }

    static ReplicationEvent<String> retried() {
        return restored(task().retried());
    }

    static ReplicationEvent<String> traced() {
        return inTrace(new TraceContext(TRACEPARENT, "vendor=1"));
    }

    static ReplicationEvent<String> ofPriority(Priority priority) {
        return restored(task().withPriority(priority));
    }

    private static ReplicationEvent<String> inTrace(@Nullable TraceContext trace) {
        return restored(task().inTrace(trace));
    }

    private static Task<String> task() {
        return new Task<>(new TaskId("orders", 7, 42), 5, ENQUEUED, "{\"price\": 1.10}");
    }

    private static ReplicationEvent<String> restored(Task<String> task) {
        return ReplicationEvent.of(
                "orders",
                new SourceMetadata(new Position(7, 99), "dispatcher-a", "shop-1", RECORDED),
                TaskEvent.builder(EventKind.RESTORED, 1234, OCCURRED, task).build());
    }

    static ReplicationEvent<String> sample(EventKind kind) {
        return switch (kind) {
            case ENQUEUED, AVAILABLE -> event(kind, 1, change -> change);
            case LEASE_GRANTED, HEARTBEAT -> event(
                    kind, 2, change -> change.token(token(2)).leaseExpiration(EXPIRES));
            case COMPLETED -> event(kind, 2, change -> change.token(token(2)));
            case FAILED -> event(kind, 2, change -> change.token(token(2)).error(error()));
            case LEASE_EXPIRED -> event(kind, 2, change -> change.token(token(2))
                    .leaseExpiration(EXPIRES)
                    .error(expired())
                    .flag(EventFlag.FROM_EXPIRATION));
            case REQUEUED -> event(kind, 3, change -> change.token(token(2)).error(TaskError.of("no route")));
            case DEAD_LETTERED -> event(
                    kind, 2, change -> change.token(token(2)).error(error()).flag(EventFlag.DEAD_LETTER));
            case DRAINED -> event(kind, 1, change -> change.flag(EventFlag.FROM_DRAIN));
            case RESTORED -> restored();
            case SNAPSHOT -> event(kind, 3, "line-17", change -> change.token(token(2))
                    .error(TaskError.of("no route"))
                    .pendingSince(1_200));
            case SOURCE_STARTED -> ReplicationEvent.sourceStarted(
                    "orders", new SourceMetadata(new Position(7, 0), "dispatcher-a", null, RECORDED), INSTANCE);
        };
    }

    private static ReplicationEvent<String> event(
            EventKind kind, int attempt, UnaryOperator<TaskEvent.Builder<String>> parts) {
        return event(kind, attempt, null, parts);
    }

    private static ReplicationEvent<String> event(
            EventKind kind, int attempt, @Nullable String key, UnaryOperator<TaskEvent.Builder<String>> parts) {
        Task<String> task = new Task<>(new TaskId("orders", 7, 42), attempt, ENQUEUED, "{\"price\": 1.10}", key);
        return ReplicationEvent.of(
                "orders",
                new SourceMetadata(new Position(7, 99), "dispatcher-a", "shop-1", RECORDED),
                parts.apply(TaskEvent.builder(kind, 1234, OCCURRED, task)).build());
    }

    private static ReplicationEvent<String> restored() {
        Task<String> task = new Task<>(new TaskId("orders/old", 3, 42), 3, ENQUEUED, "[1e2]");
        return ReplicationEvent.of(
                "orders",
                new SourceMetadata(new Position(7, 99), "dispatcher-a", null, RECORDED),
                TaskEvent.builder(EventKind.RESTORED, 1234, OCCURRED, task)
                        .token(token(2))
                        .error(TaskError.of("no route"))
                        .build());
    }

    private static OwnershipToken token(int attempt) {
        return new OwnershipToken(42, attempt, LEASE);
    }

    private static TaskError error() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("host", "b");
        metadata.put("address", "a");
        return new TaskError("Timeout", "no \"answer\"\n", metadata);
    }

    private static TaskError expired() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(TaskError.DEADLINE, "2026-11-01T10:01:00.000250Z");
        metadata.put(TaskError.ATTEMPT, "2");
        metadata.put(TaskError.LEASE_ID, LEASE.toString());
        return new TaskError(TaskError.LEASE_EXPIRED, "too late", metadata);
    }

    private static String json(EventKind kind) {
        String token = "\"ownershipToken\":{\"sequenceId\":42,\"attempt\":2,"
                + "\"leaseId\":\"00000000-0000-0000-0000-00000000000a\"},";
        String expiration = "\"leaseExpiration\":\"2026-11-01T10:01:00.000250Z\",";
        String error = "\"error\":{\"message\":\"no \\\"answer\\\"\\n\",\"code\":\"Timeout\","
                + "\"metadata\":{\"host\":\"b\",\"address\":\"a\"}},";
        String expired = "\"error\":{\"message\":\"too late\",\"code\":\"lease_expired\","
                + "\"metadata\":{\"deadline\":\"2026-11-01T10:01:00.000250Z\",\"attempt\":\"2\","
                + "\"leaseId\":\"00000000-0000-0000-0000-00000000000a\"}},";
        String noRoute = "\"error\":{\"message\":\"no route\"},";
        String noFlags = "\"flags\":[],";
        return switch (kind) {
            case ENQUEUED -> json("Enqueued", 1, noFlags);
            case AVAILABLE -> json("Available", 1, noFlags);
            case LEASE_GRANTED -> json("LeaseGranted", 2, token + expiration + noFlags);
            case HEARTBEAT -> json("Heartbeat", 2, token + expiration + noFlags);
            case COMPLETED -> json("Completed", 2, token + noFlags);
            case FAILED -> json("Failed", 2, error + token + noFlags);
            case LEASE_EXPIRED -> json(
                    "LeaseExpired", 2, expired + token + expiration + "\"flags\":[\"FromExpiration\"],");
            case REQUEUED -> json("Requeued", 3, noRoute + token + noFlags);
            case DEAD_LETTERED -> json("DeadLettered", 2, error + token + "\"flags\":[\"DeadLetter\"],");
            case DRAINED -> json("Drained", 1, "\"flags\":[\"FromDrain\"],");
            case RESTORED -> "{\"sequenceNumber\":99,\"sourceEventId\":1234,\"queueName\":\"orders\",\"kind\":\"Restored\","
                    + "\"sourcePeerId\":\"dispatcher-a\",\"occurredAt\":\"2026-11-01T10:00:30.500Z\","
                    + "\"recordedAt\":\"2026-11-01T10:00:30.500000001Z\",\"taskSequenceId\":42,\"attempt\":3,"
                    + "\"value\":[1e2]," + noRoute + token + noFlags
                    + "\"sourceEpoch\":7,\"taskEpoch\":3,\"enqueuedAt\":\"2026-11-01T10:00:00Z\","
                    + "\"taskQueueName\":\"orders/old\"}";
            case SNAPSHOT -> json(
                    "Snapshot", 3, noRoute + token + noFlags, ",\"pendingSinceEventId\":1200,\"taskKey\":\"line-17\"");
            case SOURCE_STARTED -> "{\"sequenceNumber\":0,\"queueName\":\"orders\",\"kind\":\"SourceStarted\","
                    + "\"sourcePeerId\":\"dispatcher-a\",\"occurredAt\":\"2026-11-01T10:00:30.500000001Z\","
                    + "\"recordedAt\":\"2026-11-01T10:00:30.500000001Z\",\"flags\":[],\"sourceEpoch\":7,"
                    + "\"instanceId\":\"00000000-0000-0000-0000-00000000000b\"}";
        };
    }

    private static String json(String kind, int attempt, String parts) {
        return json(kind, attempt, parts, "");
    }

    private static String json(String kind, int attempt, String parts, String last) {
        return "{\"sequenceNumber\":99,\"sourceEventId\":1234,\"queueName\":\"orders\",\"kind\":\"" + kind + "\","
                + "\"sourcePeerId\":\"dispatcher-a\",\"ownerPeerId\":\"shop-1\",\"occurredAt\":\"2026-11-01T10:00:30.500Z\","
                + "\"recordedAt\":\"2026-11-01T10:00:30.500000001Z\",\"taskSequenceId\":42,\"attempt\":" + attempt + ","
                + "\"value\":{\"price\": 1.10}," + parts
                + "\"sourceEpoch\":7,\"taskEpoch\":7,\"enqueuedAt\":\"2026-11-01T10:00:00Z\"" + last + "}";
    }
}
