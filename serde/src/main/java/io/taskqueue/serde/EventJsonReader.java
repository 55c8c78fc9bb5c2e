package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonToken;
import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Priority;
import io.taskqueue.event.TaskError;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Reads the fields of one record. Fields and flags that this version does not know are skipped, which is how the format grows; a priority
 * that it does not know is read as the normal one.
 */
final class EventJsonReader {

    private final JsonRecordParser record;
    private final EventFieldValues values = new EventFieldValues();
    private final Set<String> unknownFields = new HashSet<>();

    private EventJsonReader(JsonRecordParser record) {
        this.record = record;
    }

    /** @throws UndecodableEventException if the bytes are not JSON, or a field is not what it must be */
    static EventFieldValues read(byte[] json) throws IOException {
        try (JsonRecordParser record = new JsonRecordParser(json)) {
            EventJsonReader reader = new EventJsonReader(record);
            record.readRecord(reader::readField);
            return reader.values;
        }
    }

    private void readField(String name) throws IOException {
        EventField known = EventField.ofWireName(name);
        if (known == null) {
            skipUnknown(name);
        } else if (!values.put(known, value(known))) {
            throw record.duplicate();
        }
    }

    private void skipUnknown(String name) throws IOException {
        if (!unknownFields.add(name)) {
            throw record.duplicate();
        }
        if (unknownFields.size() > RecordLimits.MAX_UNKNOWN_FIELDS) {
            throw record.invalid("exceeds the limit of " + RecordLimits.MAX_UNKNOWN_FIELDS + " unknown fields");
        }
        record.skip();
    }

    private Object value(EventField known) throws IOException {
        return switch (known) {
            case SEQUENCE_NUMBER,
                    SOURCE_EVENT_ID,
                    TASK_SEQUENCE_ID,
                    SOURCE_EPOCH,
                    TASK_EPOCH,
                    PENDING_SINCE_EVENT_ID -> record.longValue();
            case QUEUE_NAME, SOURCE_PEER_ID, OWNER_PEER_ID, TASK_QUEUE_NAME, TASK_KEY, TRACEPARENT, TRACESTATE -> record
                    .text();
            case OCCURRED_AT, RECORDED_AT, LEASE_EXPIRATION, ENQUEUED_AT, AVAILABLE_AT -> record.instant();
            case ATTEMPT, FIRST_ATTEMPT -> record.intValue();
            case KIND -> kind();
            case VALUE -> record.rawValue();
            case ERROR -> error();
            case OWNERSHIP_TOKEN -> token();
            case FLAGS -> flags();
            case INSTANCE_ID -> record.uuid();
            case PRIORITY -> Priority.ofWireName(record.text()).orElse(Priority.NORMAL);
        };
    }

    private TaskError error() throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, Object> error = record.readObject(name -> switch (name) {
            case "message", "code" -> record.text();
            case "metadata" -> {
                metadata.putAll(record.readObject(entry -> record.text()));
                yield metadata;
            }
            default -> unknown();
        });
        return new TaskError((String) error.get("code"), record.required(error, "message", String.class), metadata);
    }

    private OwnershipToken token() throws IOException {
        Map<String, Object> token = record.readObject(name -> switch (name) {
            case "sequenceId" -> record.longValue();
            case "attempt" -> record.intValue();
            case "leaseId" -> record.uuid();
            default -> unknown();
        });
        return new OwnershipToken(
                record.required(token, "sequenceId", Long.class),
                record.required(token, "attempt", Integer.class),
                record.required(token, "leaseId", UUID.class));
    }

    private Object unknown() throws IOException {
        record.skip();
        return JsonToken.NOT_AVAILABLE;
    }

    private Set<EventFlag> flags() throws IOException {
        Set<EventFlag> flags = EnumSet.noneOf(EventFlag.class);
        record.startArray();
        while (record.nextElement()) {
            EventFlag flag = EventFlag.ofWireName(record.text()).orElse(null);
            if (flag != null && !flags.add(flag)) {
                throw record.invalid("contains " + flag.wireName() + " twice");
            }
        }
        return flags;
    }

    private EventKind kind() throws IOException {
        String name = record.text();
        return EventKind.ofWireName(name)
                .orElseThrow(() -> record.invalid("is \"" + SanitizedText.of(name)
                        + "\", which this version does not support. Upgrade readers before writers"));
    }
}
