package io.taskqueue.serde;

import com.fasterxml.jackson.core.io.SerializedString;
import io.taskqueue.event.TraceContext;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The fields of a record's value, in the order in which they are written. Their names are public API. */
enum EventField {
    SEQUENCE_NUMBER("sequenceNumber", false),
    SOURCE_EVENT_ID("sourceEventId", true),
    QUEUE_NAME("queueName", false),
    KIND("kind", false),
    SOURCE_PEER_ID("sourcePeerId", false),
    OWNER_PEER_ID("ownerPeerId", false),
    OCCURRED_AT("occurredAt", false),
    RECORDED_AT("recordedAt", false),
    TASK_SEQUENCE_ID("taskSequenceId", true),
    ATTEMPT("attempt", true),
    /** Not where the event is published without its payload. */
    VALUE("value", true),
    ERROR("error", true),
    OWNERSHIP_TOKEN("ownershipToken", true),
    LEASE_EXPIRATION("leaseExpiration", true),
    FLAGS("flags", false),
    SOURCE_EPOCH("sourceEpoch", false),
    TASK_EPOCH("taskEpoch", true),
    ENQUEUED_AT("enqueuedAt", true),
    /** Only if the task was first enqueued in another queue than the event's. */
    TASK_QUEUE_NAME("taskQueueName", true),
    /** On SourceStarted only. */
    INSTANCE_ID("instanceId", false),
    /** When the next attempt of a task that waits for it may begin. */
    AVAILABLE_AT("availableAt", true),
    /** Only on the Snapshot of a pending task. */
    PENDING_SINCE_EVENT_ID("pendingSinceEventId", true),
    /** Only if the task has a key. */
    TASK_KEY("taskKey", true),
    /** Only if the task was retried after it had been dead. */
    FIRST_ATTEMPT("firstAttempt", true),
    /** Only if the task was enqueued in a trace. */
    TRACEPARENT(TraceContext.TRACEPARENT, true),
    /** Only if the task was enqueued in a trace that has a state. */
    TRACESTATE(TraceContext.TRACESTATE, true),
    /** Only if the priority of the task is not normal. */
    PRIORITY("priority", true);

    private static final Map<String, EventField> BY_WIRE_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(EventField::wireName, Function.identity()));

    @SuppressWarnings(
            "ImmutableEnumChecker") // immutable except for its cache of bytes, which several threads may fill with the
    // same
    private final SerializedString wireName;

    private final boolean ofTask;

    EventField(String wireName, boolean ofTask) {
        this.wireName = new SerializedString(wireName);
        this.ofTask = ofTask;
    }

    String wireName() {
        return wireName.getValue();
    }

    /** The name, with its bytes encoded only once. */
    SerializedString serialized() {
        return wireName;
    }

    /** Whether only events with a task have the field. */
    boolean ofTask() {
        return ofTask;
    }

    /** The field with that name, or null if this version does not know it. */
    static @Nullable EventField ofWireName(String name) {
        return BY_WIRE_NAME.get(name);
    }
}
