package io.taskqueue.serde;

import com.fasterxml.jackson.core.io.SerializedString;
import io.taskqueue.event.EventFlag;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Priority;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TraceContext;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Writes an event as one JSON object: fields in the order of {@link EventField}, without those that the event does not have. */
final class EventJsonWriter {

    private static final SerializedString MESSAGE = new SerializedString("message");
    private static final SerializedString CODE = new SerializedString("code");
    private static final SerializedString METADATA = new SerializedString("metadata");
    private static final SerializedString SEQUENCE_ID = new SerializedString("sequenceId");
    private static final SerializedString ATTEMPT = new SerializedString("attempt");
    private static final SerializedString LEASE_ID = new SerializedString("leaseId");

    private final JsonOutput out;

    private EventJsonWriter(JsonOutput out) {
        this.out = out;
    }

    static void write(ReplicationEvent<?> event, JsonOutput out) throws IOException {
        new EventJsonWriter(out).write(event);
    }

    private void write(ReplicationEvent<?> event) throws IOException {
        TaskEvent<?> change = event.change().orElse(null);
        SourceMetadata metadata = event.metadata();
        out.startObject();
        number(EventField.SEQUENCE_NUMBER, metadata.position().sequence());
        if (change != null) {
            number(EventField.SOURCE_EVENT_ID, change.number());
        }
        text(EventField.QUEUE_NAME, event.queueName());
        text(EventField.KIND, event.kind().wireName());
        text(EventField.SOURCE_PEER_ID, metadata.sourcePeerId());
        if (metadata.ownerPeerId() != null) {
            text(EventField.OWNER_PEER_ID, metadata.ownerPeerId());
        }
        instant(EventField.OCCURRED_AT, event.occurredAt());
        instant(EventField.RECORDED_AT, metadata.recordedAt());
        if (change != null) {
            change(change);
        }
        flags(event.flags());
        number(EventField.SOURCE_EPOCH, metadata.position().epoch());
        if (change != null) {
            origin(change.task(), event.queueName());
        }
        if (event.instanceId().isPresent()) {
            out.name(EventField.INSTANCE_ID.serialized());
            out.uuid(event.instanceId().get());
        }
        if (change != null) {
            recovery(change);
        }
        out.endObject();
    }

    private void change(TaskEvent<?> change) throws IOException {
        number(EventField.TASK_SEQUENCE_ID, change.task().id().sequenceId());
        number(EventField.ATTEMPT, change.task().attempt());
        if (change.task().hasPayload()) {
            out.name(EventField.VALUE.serialized());
            out.payload();
        }
        if (change.error().isPresent()) {
            error(change.error().get());
        }
        if (change.token().isPresent()) {
            token(change.token().get());
        }
        if (change.leaseExpiration().isPresent()) {
            instant(EventField.LEASE_EXPIRATION, change.leaseExpiration().get());
        }
    }

    private void error(TaskError error) throws IOException {
        out.name(EventField.ERROR.serialized());
        out.startObject();
        out.name(MESSAGE);
        out.string(error.message());
        if (error.code() != null) {
            out.name(CODE);
            out.string(error.code());
        }
        if (!error.metadata().isEmpty()) {
            out.name(METADATA);
            out.startObject();
            for (Map.Entry<String, String> entry : error.metadata().entrySet()) {
                out.name(entry.getKey());
                out.string(entry.getValue());
            }
            out.endObject();
        }
        out.endObject();
    }

    private void token(OwnershipToken token) throws IOException {
        out.name(EventField.OWNERSHIP_TOKEN.serialized());
        out.startObject();
        out.name(SEQUENCE_ID);
        out.number(token.sequenceId());
        out.name(ATTEMPT);
        out.number(token.attempt());
        out.name(LEASE_ID);
        out.uuid(token.leaseId());
        out.endObject();
    }

    private void flags(Set<EventFlag> flags) throws IOException {
        out.name(EventField.FLAGS.serialized());
        out.startArray();
        if (!flags.isEmpty()) { // most events have none, and an iterator would be allocated for each
            for (EventFlag flag : flags) {
                out.string(flag.wireName());
            }
        }
        out.endArray();
    }

    private void origin(Task<?> task, String queueName) throws IOException {
        number(EventField.TASK_EPOCH, task.id().epoch());
        instant(EventField.ENQUEUED_AT, task.enqueuedAt());
        if (!task.id().queueName().equals(queueName)) {
            text(EventField.TASK_QUEUE_NAME, task.id().queueName());
        }
    }

    private void recovery(TaskEvent<?> change) throws IOException {
        if (change.availableAt().isPresent()) {
            instant(EventField.AVAILABLE_AT, change.availableAt().get());
        }
        if (change.pendingSince().isPresent()) {
            number(EventField.PENDING_SINCE_EVENT_ID, change.pendingSince().getAsLong());
        }
        String key = change.task().key();
        if (key != null) {
            text(EventField.TASK_KEY, key);
        }
        if (change.task().firstAttempt() > 1) {
            number(EventField.FIRST_ATTEMPT, change.task().firstAttempt());
        }
        TraceContext trace = change.task().trace();
        if (trace != null) {
            text(EventField.TRACEPARENT, trace.traceparent());
            if (trace.tracestate() != null) {
                text(EventField.TRACESTATE, trace.tracestate());
            }
        }
        Priority priority = change.task().priority();
        if (priority != Priority.NORMAL) {
            text(EventField.PRIORITY, priority.wireName());
        }
    }

    private void number(EventField field, long value) throws IOException {
        out.name(field.serialized());
        out.number(value);
    }

    private void text(EventField field, String value) throws IOException {
        out.name(field.serialized());
        out.string(value);
    }

    private void instant(EventField field, Instant value) throws IOException {
        out.name(field.serialized());
        out.instant(value);
    }
}
