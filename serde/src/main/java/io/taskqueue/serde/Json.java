package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.util.Locale;

/** JSON as this package reads and writes it: strict, UTF-8 only, within the limits of {@link ReplicationEventCodec}. */
final class Json {

    /** Reads and writes whole records. */
    static final JsonFactory RECORDS = factory(ReplicationEventCodec.MAX_DEPTH);

    /** Reads and writes payloads, which are one level down in their record. */
    static final JsonFactory PAYLOADS = factory(ReplicationEventCodec.MAX_DEPTH - 1);

    /** Reads and writes documents other than records; writes what Jackson writes by default. */
    static final JsonFactory DOCUMENTS = factory(ReplicationEventCodec.MAX_DEPTH, new JsonFactoryBuilder());

    private Json() {}

    private static JsonFactory factory(int depth) {
        return factory(depth, new JsonFactoryBuilder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8));
    }

    private static JsonFactory factory(int depth, JsonFactoryBuilder builder) {
        return builder.disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CHARSET_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depth)
                        .maxNumberLength(ReplicationEventCodec.MAX_NUMBER_LENGTH)
                        .maxNameLength(ReplicationEventCodec.MAX_NAME_LENGTH)
                        .maxStringLength(ReplicationEventCodec.MAX_RECORD_BYTES)
                        .build())
                .streamWriteConstraints(
                        StreamWriteConstraints.builder().maxNestingDepth(depth).build())
                .build();
    }

    /**
     * Lets bytes through that are one JSON value but null, and that will be readable as a part of their record.
     *
     * @throws IllegalArgumentException if they are not; it says why and where, and shows nothing of the payload
     */
    static byte[] requirePayload(byte[] json) {
        if (json.length > ReplicationEventCodec.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException("A payload has at most " + ReplicationEventCodec.MAX_PAYLOAD_BYTES
                    + " bytes of JSON, but this one has " + json.length
                    + ". Put it elsewhere and enqueue its address.");
        }
        int malformed = Utf8.firstMalformed(json);
        if (malformed >= 0) {
            throw new IllegalArgumentException(
                    "A payload is JSON in UTF-8, but byte " + malformed + " of this one is not UTF-8.");
        }
        try (JsonParser parser = PAYLOADS.createParser(json)) {
            requireOneValue(parser);
        } catch (JsonProcessingException broken) {
            throw new IllegalArgumentException(
                    "A payload is one JSON value, but this one is not: " + reason(broken) + ".");
        } catch (IOException impossible) {
            throw new IllegalStateException("Reading bytes in memory failed.", impossible);
        }
        return json;
    }

    private static void requireOneValue(JsonParser parser) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new IllegalArgumentException("A payload is one JSON value, but this one is empty.");
        }
        if (first == JsonToken.VALUE_NULL) {
            throw new IllegalArgumentException(
                    "A payload is never JSON null, but this one is. Enqueue a value that says what is to be done.");
        }
        parser.skipChildren();
        parser.finishToken();
        if (parser.nextToken() != null) {
            throw new IllegalArgumentException("A payload is one JSON value, but this one has more behind it, at byte "
                    + parser.currentTokenLocation().getByteOffset() + ".");
        }
    }

    /** What the parser says, on one line and bounded, with its place. */
    static String reason(JsonProcessingException broken) {
        String place = broken.getLocation() == null
                ? ""
                : " at byte " + broken.getLocation().getByteOffset();
        return Excerpt.of(broken.getOriginalMessage()) + place;
    }

    /** What a token is, in words. */
    static String name(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "a whole number";
            case VALUE_NUMBER_FLOAT -> "a fraction";
            case VALUE_NULL -> "null";
            default -> token.name()
                    .toLowerCase(Locale.ROOT)
                    .replace("value_", "")
                    .replace('_', ' ');
        };
    }
}
