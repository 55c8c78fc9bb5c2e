package io.taskqueue.serde;

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
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The values of one record's fields, from which the event is built. */
final class EventFieldValues {

    private final Map<EventField, Object> values = new EnumMap<>(EventField.class);

    /** Stores a field's value; returns false if the field already had one. */
    boolean put(EventField field, Object value) {
        return values.put(field, value) == null;
    }

    /**
     * Builds the event.
     *
     * @param decode decodes the payload
     * @throws IllegalArgumentException if a field is missing, or the fields do not form a valid event
     */
    <T> ReplicationEvent<T> toEvent(Function<byte[], T> decode) {
        EventKind kind = get(EventField.KIND, EventKind.class);
        SourceMetadata metadata = new SourceMetadata(
                new Position(number(EventField.SOURCE_EPOCH), number(EventField.SEQUENCE_NUMBER)),
                get(EventField.SOURCE_PEER_ID, String.class),
                (String) values.get(EventField.OWNER_PEER_ID),
                get(EventField.RECORDED_AT, Instant.class));
        get(EventField.OCCURRED_AT, Instant.class);
        get(EventField.FLAGS, Set.class);
        String queueName = get(EventField.QUEUE_NAME, String.class);
        if (kind == EventKind.SOURCE_STARTED) {
            return sourceStarted(queueName, metadata);
        }
        if (values.containsKey(EventField.INSTANCE_ID)) {
            throw new IllegalArgumentException("only SourceStarted has the field instanceId, which it has");
        }
        return ReplicationEvent.of(queueName, metadata, change(kind, queueName, decode));
    }

    private <T> ReplicationEvent<T> sourceStarted(String queueName, SourceMetadata metadata) {
        for (EventField field : values.keySet()) {
            if (field.ofTask()) {
                throw new IllegalArgumentException(
                        "it is SourceStarted, which has no task, but it has the field " + field.wireName());
            }
        }
        if (!get(EventField.FLAGS, Set.class).isEmpty()) {
            throw new IllegalArgumentException("it is SourceStarted, which has no flags, but it has some");
        }
        return ReplicationEvent.sourceStarted(queueName, metadata, get(EventField.INSTANCE_ID, UUID.class));
    }

    private <T> TaskEvent<T> change(EventKind kind, String queueName, Function<byte[], T> decode) {
        String taskQueueName = (String) values.getOrDefault(EventField.TASK_QUEUE_NAME, queueName);
        TaskId id = new TaskId(taskQueueName, number(EventField.TASK_EPOCH), number(EventField.TASK_SEQUENCE_ID));
        int attempt = get(EventField.ATTEMPT, Integer.class);
        Instant enqueuedAt = get(EventField.ENQUEUED_AT, Instant.class);
        TaskEvent.Builder<T> change = TaskEvent.builder(
                        kind,
                        number(EventField.SOURCE_EVENT_ID),
                        get(EventField.OCCURRED_AT, Instant.class),
                        new Task<>(
                                id,
                                attempt,
                                enqueuedAt,
                                payload(kind, decode),
                                (String) values.get(EventField.TASK_KEY),
                                (Integer) values.getOrDefault(EventField.FIRST_ATTEMPT, 1),
                                trace(),
                                (Priority) values.getOrDefault(EventField.PRIORITY, Priority.NORMAL)))
                .token((OwnershipToken) values.get(EventField.OWNERSHIP_TOKEN))
                .leaseExpiration((Instant) values.get(EventField.LEASE_EXPIRATION))
                .availableAt((Instant) values.get(EventField.AVAILABLE_AT))
                .error((TaskError) values.get(EventField.ERROR));
        if (values.containsKey(EventField.PENDING_SINCE_EVENT_ID)) {
            change.pendingSince(number(EventField.PENDING_SINCE_EVENT_ID));
        }
        for (Object flag : get(EventField.FLAGS, Set.class)) {
            change.flag((EventFlag) flag);
        }
        return change.build();
    }

    private <T> @Nullable T payload(EventKind kind, Function<byte[], T> decode) {
        boolean isOmitted = !kind.requiresPayload() && !values.containsKey(EventField.VALUE);
        return isOmitted ? null : decode.apply(get(EventField.VALUE, byte[].class));
    }

    /** An invalid trace is none: it must not make an event undecodable. */
    private @Nullable TraceContext trace() {
        return TraceContext.parse(
                        (String) values.get(EventField.TRACEPARENT), (String) values.get(EventField.TRACESTATE))
                .orElse(null);
    }

    private long number(EventField field) {
        return get(field, Long.class);
    }

    private <V> V get(EventField field, Class<V> type) {
        Object value = values.get(field);
        if (value == null) {
            throw new IllegalArgumentException("the field " + field.wireName() + " is missing");
        }
        return type.cast(value);
    }
}
