package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.taskqueue.event.EventFlag;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Writes an event as one JSON object: fields in the order of {@link EventField}, without those that the event does not have. */
final class EventJsonWriter {

    /** Writes the payload as one JSON value. */
    @FunctionalInterface
    interface PayloadWriter {
        void writeTo(JsonGenerator out) throws IOException;
    }

    private static final SerializedString MESSAGE = new SerializedString("message");
    private static final SerializedString CODE = new SerializedString("code");
    private static final SerializedString METADATA = new SerializedString("metadata");
    private static final SerializedString SEQUENCE_ID = new SerializedString("sequenceId");
    private static final SerializedString ATTEMPT = new SerializedString("attempt");
    private static final SerializedString LEASE_ID = new SerializedString("leaseId");

    private final JsonGenerator out;

    private EventJsonWriter(JsonGenerator out) {
        this.out = out;
    }

    static void write(ReplicationEvent<?> event, PayloadWriter payload, JsonGenerator out) throws IOException {
        new EventJsonWriter(out).write(event, payload);
    }

    private void write(ReplicationEvent<?> event, PayloadWriter payload) throws IOException {
        TaskEvent<?> change = event.change().orElse(null);
        SourceMetadata metadata = event.metadata();
        out.writeStartObject();
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
            change(change, payload);
        }
        flags(event.flags());
        number(EventField.SOURCE_EPOCH, metadata.position().epoch());
        if (change != null) {
            origin(change.task(), event.queueName());
        }
        if (event.instanceId().isPresent()) {
            text(EventField.INSTANCE_ID, event.instanceId().get().toString());
        }
        if (change != null) {
            recovery(change);
        }
        out.writeEndObject();
    }

    private void change(TaskEvent<?> change, PayloadWriter payload) throws IOException {
        number(EventField.TASK_SEQUENCE_ID, change.task().id().sequenceId());
        number(EventField.ATTEMPT, change.task().attempt());
        out.writeFieldName(EventField.VALUE.serialized());
        payload.writeTo(out);
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
        out.writeFieldName(EventField.ERROR.serialized());
        out.writeStartObject();
        out.writeFieldName(MESSAGE);
        out.writeString(error.message());
        if (error.code() != null) {
            out.writeFieldName(CODE);
            out.writeString(error.code());
        }
        if (!error.metadata().isEmpty()) {
            out.writeFieldName(METADATA);
            out.writeStartObject();
            for (Map.Entry<String, String> entry : error.metadata().entrySet()) {
                out.writeStringField(entry.getKey(), entry.getValue());
            }
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private void token(OwnershipToken token) throws IOException {
        out.writeFieldName(EventField.OWNERSHIP_TOKEN.serialized());
        out.writeStartObject();
        out.writeFieldName(SEQUENCE_ID);
        out.writeNumber(token.sequenceId());
        out.writeFieldName(ATTEMPT);
        out.writeNumber(token.attempt());
        out.writeFieldName(LEASE_ID);
        out.writeString(token.leaseId().toString());
        out.writeEndObject();
    }

    private void flags(Set<EventFlag> flags) throws IOException {
        out.writeFieldName(EventField.FLAGS.serialized());
        out.writeStartArray();
        for (EventFlag flag : flags) {
            out.writeString(flag.wireName());
        }
        out.writeEndArray();
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
    }

    private void number(EventField field, long value) throws IOException {
        out.writeFieldName(field.serialized());
        out.writeNumber(value);
    }

    private void text(EventField field, String value) throws IOException {
        out.writeFieldName(field.serialized());
        out.writeString(value);
    }

    private void instant(EventField field, Instant value) throws IOException {
        out.writeFieldName(field.serialized());
        InstantFormat.write(value, out);
    }
}
