package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * A strict cursor over the JSON of one record: typed values, and no field twice in an object. What is wrong is reported as an
 * {@link UndecodableEventException} that names the field, as a path such as {@code error.message}, and the byte.
 */
final class JsonRecordParser implements AutoCloseable {

    private static final int UUID_CHARACTERS = 36;

    private final byte[] json;
    private final JsonParser parser;

    /** The path of the current field; empty outside of the record's object. */
    private String path = "";

    JsonRecordParser(byte[] json) throws IOException {
        this.json = json;
        this.parser = JsonFactories.RECORDS.createParser(json);
    }

    /** Reads the record's fields, the value of each being the current value when this is called. */
    @FunctionalInterface
    interface FieldConsumer {
        void accept(String name) throws IOException;
    }

    /** Reads the current value, which is that of an object's field. */
    @FunctionalInterface
    interface ValueReader<V> {
        V read(String name) throws IOException;
    }

    /** Reads the whole record, which must be one object and nothing after it. */
    void readRecord(FieldConsumer fields) throws IOException {
        try {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw UndecodableEventException.because("it contains only white space", null);
            }
            if (first != JsonToken.START_OBJECT) {
                throw UndecodableEventException.because(
                        "it is " + JsonFactories.describe(first) + ", but must be an object", null);
            }
            readFields("", fields);
            if (parser.nextToken() != null) {
                throw UndecodableEventException.because("it has more data after the object, at byte " + offset(), null);
            }
        } catch (JsonProcessingException e) {
            String place = path.isEmpty() ? "" : ", in or after the field " + SanitizedText.of(path);
            throw UndecodableEventException.because(JsonFactories.describe(e) + place, e);
        }
    }

    /** The values of an object within the record, by name. */
    <V> Map<String, V> readObject(ValueReader<V> values) throws IOException {
        require(JsonToken.START_OBJECT);
        String object = path;
        Map<String, V> read = new LinkedHashMap<>();
        readFields(object + ".", name -> {
            if (read.put(name, values.read(name)) != null) {
                throw duplicate();
            }
            if (read.size() > RecordLimits.MAX_UNKNOWN_FIELDS) {
                throw invalid("exceeds the limit of " + RecordLimits.MAX_UNKNOWN_FIELDS + " fields in an object");
            }
        });
        path = object;
        return read;
    }

    private void readFields(String prefix, FieldConsumer fields) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            path = prefix.isEmpty() ? name : prefix + name;
            parser.nextToken();
            fields.accept(name);
        }
        path = "";
    }

    /** Moves to the next element of an array, which {@link #startArray} has begun; false at its end. */
    boolean nextElement() throws IOException {
        return parser.nextToken() != JsonToken.END_ARRAY;
    }

    void startArray() throws IOException {
        require(JsonToken.START_ARRAY);
    }

    String text() throws IOException {
        require(JsonToken.VALUE_STRING);
        return parser.getText();
    }

    long longValue() throws IOException {
        require(JsonToken.VALUE_NUMBER_INT);
        return parser.getLongValue();
    }

    int intValue() throws IOException {
        require(JsonToken.VALUE_NUMBER_INT);
        return parser.getIntValue();
    }

    Instant instant() throws IOException {
        String text = text();
        try {
            return InstantFormat.parse(text);
        } catch (DateTimeException e) {
            throw invalid(
                    "is \"" + SanitizedText.of(text) + "\", but must be an instant such as 2026-11-01T10:00:30.5Z");
        }
    }

    UUID uuid() throws IOException {
        String text = text();
        try {
            if (text.length() == UUID_CHARACTERS) {
                UUID uuid = UUID.fromString(text);
                if (uuid.toString().equalsIgnoreCase(text)) {
                    return uuid;
                }
            }
        } catch (IllegalArgumentException e) {
            // reported below, like any other text that is not a UUID
        }
        throw invalid("is \"" + SanitizedText.of(text) + "\", but must be a UUID");
    }

    /** The bytes of the current value, as they are in the record. */
    byte[] rawValue() throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            throw invalid("is null, which is not a valid payload");
        }
        int start = (int) offset();
        skip();
        int end = (int) parser.currentLocation().getByteOffset();
        return Arrays.copyOfRange(json, start, end);
    }

    /** Moves to the end of the current value, without recursion however deep it is. */
    void skip() throws IOException {
        parser.skipChildren();
        parser.finishToken();
    }

    /** The value with a name, out of an object that is the current value. */
    <V> V required(Map<String, ?> object, String name, Class<V> type) {
        Object value = object.get(name);
        if (value == null) {
            throw UndecodableEventException.because("the field " + path + "." + name + " is missing", null);
        }
        return type.cast(value);
    }

    UndecodableEventException duplicate() {
        return invalid("occurs twice");
    }

    /** What is wrong with the current value, as the rest of a sentence that its field begins. */
    UndecodableEventException invalid(String problem) {
        return UndecodableEventException.because(
                "the field " + SanitizedText.of(path) + " at byte " + offset() + " " + problem, null);
    }

    private void require(JsonToken required) {
        JsonToken found = parser.currentToken();
        if (found != required) {
            String is = found == null ? "ends" : "is " + JsonFactories.describe(found);
            throw invalid(is + ", but must be " + JsonFactories.describe(required));
        }
    }

    private long offset() {
        return parser.currentTokenLocation().getByteOffset();
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
