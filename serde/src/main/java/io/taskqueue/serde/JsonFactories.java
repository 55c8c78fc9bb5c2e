package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.util.Locale;

/** Jackson as this package configures it: strict, UTF-8 only, within {@link RecordLimits}. */
final class JsonFactories {

    /** Reads and writes whole records. */
    static final JsonFactory RECORDS = records(RecordLimits.MAX_DEPTH);

    /** Reads and writes payloads, which are one level deeper in their record. */
    static final JsonFactory PAYLOADS = records(RecordLimits.MAX_DEPTH - 1);

    /** Reads and writes documents other than records; writes what Jackson writes by default. */
    static final JsonFactory DOCUMENTS = bounded(RecordLimits.MAX_DEPTH, new JsonFactoryBuilder());

    private JsonFactories() {}

    private static JsonFactory records(int depth) {
        return bounded(depth, new JsonFactoryBuilder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8));
    }

    private static JsonFactory bounded(int depth, JsonFactoryBuilder builder) {
        return builder.disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CHARSET_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depth)
                        .maxNumberLength(RecordLimits.MAX_NUMBER_LENGTH)
                        .maxNameLength(RecordLimits.MAX_NAME_LENGTH)
                        .maxStringLength(RecordLimits.MAX_RECORD_BYTES)
                        .build())
                .streamWriteConstraints(
                        StreamWriteConstraints.builder().maxNestingDepth(depth).build())
                .build();
    }

    /** Jackson's message with its place, on one line and bounded. */
    static String describe(JsonProcessingException e) {
        String place =
                e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
        return SanitizedText.of(e.getOriginalMessage()) + place;
    }

    /** What a token is, for messages. */
    static String describe(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "an integer";
            case VALUE_NUMBER_FLOAT -> "a decimal number";
            case VALUE_NULL -> "null";
            default -> token.name()
                    .toLowerCase(Locale.ROOT)
                    .replace("value_", "")
                    .replace('_', ' ');
        };
    }
}
