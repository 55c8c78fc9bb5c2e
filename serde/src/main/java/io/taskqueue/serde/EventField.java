package io.taskqueue.serde;

import com.fasterxml.jackson.core.io.SerializedString;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The fields of a record's value, in the order they are written. The names are public API. */
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
    VALUE("value", true),
    ERROR("error", true),
    OWNERSHIP_TOKEN("ownershipToken", true),
    LEASE_EXPIRATION("leaseExpiration", true),
    FLAGS("flags", false),
    SOURCE_EPOCH("sourceEpoch", false),
    TASK_EPOCH("taskEpoch", true),
    ENQUEUED_AT("enqueuedAt", true),
    /** Only where the task was born in another queue than the one that made the event. */
    TASK_QUEUE_NAME("taskQueueName", true),
    /** On SourceStarted only. */
    INSTANCE_ID("instanceId", false);

    private static final Map<String, EventField> BY_WIRE_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(EventField::wireName, Function.identity()));

    @SuppressWarnings("ImmutableEnumChecker") // immutable but for its cache of bytes, which threads may race to fill
    private final SerializedString wireName;

    private final boolean ofTask;

    EventField(String wireName, boolean ofTask) {
        this.wireName = new SerializedString(wireName);
        this.ofTask = ofTask;
    }

    String wireName() {
        return wireName.getValue();
    }

    /** The name, with its bytes made once. */
    SerializedString serialized() {
        return wireName;
    }

    /** Whether only an event that has a task carries the field. */
    boolean ofTask() {
        return ofTask;
    }

    /** The field of that name, or null for a field that this version does not know. */
    static @Nullable EventField ofWireName(String name) {
        return BY_WIRE_NAME.get(name);
    }
}
