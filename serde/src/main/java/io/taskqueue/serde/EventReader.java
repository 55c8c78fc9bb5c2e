package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.TaskError;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one record, strictly: what is wrong is an {@link UndecodableEventException} that names the field and
 * the byte. Fields and flags that this version does not know are passed over.
 */
final class EventReader {

    private static final int UUID_CHARACTERS = 36;

    private final byte[] json;
    private final JsonParser parser;
    private final EventParts parts = new EventParts();
    private final Set<String> unknownFields = new HashSet<>();
    private String field = "";

    private EventReader(byte[] json, JsonParser parser) {
        this.json = json;
        this.parser = parser;
    }

    static EventParts read(byte[] json) throws IOException {
        try (JsonParser parser = Json.RECORDS.createParser(json)) {
            EventReader reader = new EventReader(json, parser);
            try {
                reader.readRecord();
            } catch (JsonProcessingException broken) {
                throw reader.refuse(broken);
            }
            return reader.parts;
        }
    }

    private void readRecord() throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw refuse("it holds nothing but white space");
        }
        if (first != JsonToken.START_OBJECT) {
            throw refuse("it is " + Json.name(first) + " where an object is due");
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            readField(name);
        }
        field = "";
        if (parser.nextToken() != null) {
            throw refuse("something follows the object at byte " + here());
        }
    }

    private void readField(String name) throws IOException {
        field = name;
        EventField known = EventField.ofWireName(name);
        parser.nextToken();
        if (known == null) {
            passOver(name);
        } else if (!parts.put(known, value(known))) {
            throw refuseValue("is there twice");
        }
    }

    private void passOver(String name) throws IOException {
        if (!unknownFields.add(name)) {
            throw refuseValue("is there twice");
        }
        if (unknownFields.size() > ReplicationEventCodec.MAX_UNKNOWN_FIELDS) {
            throw refuseValue("is one unknown field more than the " + ReplicationEventCodec.MAX_UNKNOWN_FIELDS
                    + " that are passed over");
        }
        skip();
    }

    private Object value(EventField known) throws IOException {
        return switch (known) {
            case SEQUENCE_NUMBER, SOURCE_EVENT_ID, TASK_SEQUENCE_ID, SOURCE_EPOCH, TASK_EPOCH -> wholeNumber();
            case QUEUE_NAME, SOURCE_PEER_ID, OWNER_PEER_ID, TASK_QUEUE_NAME -> text();
            case OCCURRED_AT, RECORDED_AT, LEASE_EXPIRATION, ENQUEUED_AT -> instant();
            case ATTEMPT -> attempt();
            case KIND -> kind();
            case VALUE -> payload();
            case ERROR -> error();
            case OWNERSHIP_TOKEN -> token();
            case FLAGS -> flags();
            case INSTANCE_ID -> uuid();
        };
    }

    private byte[] payload() throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            throw refuseValue("is null, which no payload is");
        }
        return slice();
    }

    /** The bytes of the value that begins here, as they stand in the record. */
    private byte[] slice() throws IOException {
        int start = (int) here();
        skip();
        int end = (int) parser.currentLocation().getByteOffset();
        return Arrays.copyOfRange(json, start, end);
    }

    /** Goes to the end of the value that begins here, however deep, without recursion. */
    private void skip() throws IOException {
        parser.skipChildren();
        parser.finishToken();
    }

    private Object unknown() throws IOException {
        skip();
        return JsonToken.NOT_AVAILABLE;
    }

    private TaskError error() throws IOException {
        due(JsonToken.START_OBJECT);
        String whole = field;
        Map<String, Object> found = new LinkedHashMap<>();
        for (String name = nextWithin(whole); name != null; name = nextWithin(whole)) {
            Object value =
                    switch (name) {
                        case "message", "code" -> text();
                        case "metadata" -> metadata();
                        default -> unknown();
                    };
            keep(found, name, value);
        }
        field = whole;
        return new TaskError(
                (String) found.get("code"),
                required(found, "message", String.class),
                metadataOf(found.getOrDefault("metadata", Map.of())));
    }

    private Map<String, Object> metadata() throws IOException {
        due(JsonToken.START_OBJECT);
        String whole = field;
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (String name = nextWithin(whole); name != null; name = nextWithin(whole)) {
            keep(metadata, name, text());
        }
        field = whole;
        return metadata;
    }

    private static Map<String, String> metadataOf(Object read) {
        Map<String, String> metadata = new LinkedHashMap<>();
        ((Map<?, ?>) read).forEach((name, value) -> metadata.put((String) name, (String) value));
        return metadata;
    }

    private OwnershipToken token() throws IOException {
        due(JsonToken.START_OBJECT);
        String whole = field;
        Map<String, Object> found = new LinkedHashMap<>();
        for (String name = nextWithin(whole); name != null; name = nextWithin(whole)) {
            Object value =
                    switch (name) {
                        case "sequenceId" -> wholeNumber();
                        case "attempt" -> attempt();
                        case "leaseId" -> uuid();
                        default -> unknown();
                    };
            keep(found, name, value);
        }
        field = whole;
        return new OwnershipToken(
                required(found, "sequenceId", Long.class),
                required(found, "attempt", Integer.class),
                required(found, "leaseId", UUID.class));
    }

    private @Nullable String nextWithin(String whole) throws IOException {
        String name = parser.nextFieldName();
        if (name != null) {
            field = whole + "." + name;
            parser.nextToken();
        }
        return name;
    }

    private void keep(Map<String, Object> found, String name, Object value) {
        if (found.put(name, value) != null) {
            throw refuseValue("is there twice");
        }
        if (found.size() > ReplicationEventCodec.MAX_UNKNOWN_FIELDS) {
            throw refuseValue("is one field more than the " + ReplicationEventCodec.MAX_UNKNOWN_FIELDS
                    + " that an object in a record has");
        }
    }

    private <V> V required(Map<String, Object> found, String name, Class<V> type) {
        Object value = found.get(name);
        if (value == null) {
            throw refuse("the field " + field + "." + name + " is missing");
        }
        return type.cast(value);
    }

    private Set<EventFlag> flags() throws IOException {
        due(JsonToken.START_ARRAY);
        Set<EventFlag> flags = EventParts.noFlags();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            EventFlag flag = EventFlag.ofWireName(text()).orElse(null);
            if (flag != null && !flags.add(flag)) {
                throw refuseValue("holds " + flag.wireName() + " twice");
            }
        }
        return flags;
    }

    private EventKind kind() throws IOException {
        String name = text();
        return EventKind.ofWireName(name)
                .orElseThrow(() -> refuseValue("is \"" + Excerpt.of(name)
                        + "\", a kind that this version does not know. Upgrade what reads, before what writes"));
    }

    private Instant instant() throws IOException {
        String text = text();
        try {
            return InstantText.parse(text);
        } catch (DateTimeException broken) {
            throw refuseValue(
                    "is \"" + Excerpt.of(text) + "\" where an instant is due, such as 2026-11-01T10:00:30.5Z");
        }
    }

    private UUID uuid() throws IOException {
        String text = text();
        try {
            if (text.length() == UUID_CHARACTERS) {
                UUID uuid = UUID.fromString(text);
                if (uuid.toString().equalsIgnoreCase(text)) {
                    return uuid;
                }
            }
        } catch (IllegalArgumentException broken) {
            // told below, as any other text that is none
        }
        throw refuseValue("is \"" + Excerpt.of(text) + "\" where a UUID is due");
    }

    private String text() throws IOException {
        due(JsonToken.VALUE_STRING);
        return parser.getText();
    }

    private long wholeNumber() throws IOException {
        due(JsonToken.VALUE_NUMBER_INT);
        return parser.getLongValue();
    }

    private int attempt() throws IOException {
        due(JsonToken.VALUE_NUMBER_INT);
        return parser.getIntValue();
    }

    private void due(JsonToken due) {
        JsonToken found = parser.currentToken();
        if (found != due) {
            String is = found == null ? "ends" : "is " + Json.name(found);
            throw refuseValue(is + " where " + Json.name(due) + " is due");
        }
    }

    private long here() {
        return parser.currentTokenLocation().getByteOffset();
    }

    private UndecodableEventException refuseValue(String found) {
        return UndecodableEventException.because(
                "the field " + Excerpt.of(field) + " at byte " + here() + " " + found, null);
    }

    private UndecodableEventException refuse(String reason) {
        return UndecodableEventException.because(reason, null);
    }

    private UndecodableEventException refuse(JsonProcessingException broken) {
        String place = field.isEmpty() ? "" : ", in or behind the field " + Excerpt.of(field);
        return UndecodableEventException.because(Json.reason(broken) + place, broken);
    }
}
