package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** The rule for a payload's bytes: one JSON value except null, which can be read back as a part of its record. */
final class PayloadJson {

    private PayloadJson() {}

    /**
     * Returns the bytes if they follow the rule.
     *
     * @throws IllegalArgumentException if they do not; the message has the reason and the place, and nothing of the payload
     */
    static byte[] requireValid(byte[] json) {
        if (json.length > RecordLimits.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException("A payload has at most " + RecordLimits.MAX_PAYLOAD_BYTES
                    + " bytes of JSON, but this one has " + json.length
                    + ". Store the content elsewhere and enqueue a reference to it.");
        }
        int malformed = Utf8Validator.firstMalformed(json);
        if (malformed >= 0) {
            throw new IllegalArgumentException(
                    "A payload must be JSON in UTF-8, but byte " + malformed + " of this one is not valid UTF-8.");
        }
        if (!PlainJson.isValue(json)) {
            requireOneValue(json);
        }
        return json;
    }

    static void requireOneValue(byte[] json) {
        try (JsonParser parser = JsonFactories.PAYLOADS.createParser(json)) {
            requireOneValue(parser);
        } catch (JsonProcessingException e) {
            // without the cause, which may quote the payload
            throw new IllegalArgumentException(
                    "A payload must be one JSON value, but this one is not: " + JsonFactories.describe(e) + ".");
        } catch (IOException e) {
            throw new IllegalStateException("Reading bytes in memory failed.", e);
        }
    }

    private static void requireOneValue(JsonParser parser) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new IllegalArgumentException("A payload must be one JSON value, but this one is empty.");
        }
        if (first == JsonToken.VALUE_NULL) {
            throw new IllegalArgumentException(
                    "A payload must not be JSON null, but this one is. Enqueue a value that describes the task.");
        }
        parser.skipChildren();
        parser.finishToken();
        if (parser.nextToken() != null) {
            throw new IllegalArgumentException("A payload must be one JSON value, but this one has more data after it, "
                    + "at byte " + parser.currentTokenLocation().getByteOffset() + ".");
        }
    }
}
