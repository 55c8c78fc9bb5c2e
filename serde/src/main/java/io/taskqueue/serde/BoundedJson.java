package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * Small JSON documents other than events: claims, commands, HTTP bodies, printed results. Read as trees, with bounds, because
 * anyone who may write to a topic decides what is in a record.
 *
 * <pre>
 *   size     at most {@value #MAX_BYTES} bytes (characters, for a text)
 *   depth    at most {@value ReplicationEventCodec#MAX_DEPTH} nested objects and arrays
 *   number   at most {@value ReplicationEventCodec#MAX_NUMBER_LENGTH} characters
 *   name     at most {@value ReplicationEventCodec#MAX_NAME_LENGTH} characters
 * </pre>
 *
 * <p>Public for the other packages of this project; not part of the API. Thread-safe.
 */
public final class BoundedJson {

    /** The size of the largest document that is read; a broker by default accepts records of about this size. */
    public static final int MAX_BYTES = 1024 * 1024;

    private static final ObjectMapper MAPPER =
            JsonMapper.builder(JsonFactories.DOCUMENTS).build();

    private BoundedJson() {}

    /**
     * Reads a document in UTF-8.
     *
     * @return the document; a missing node if there are no bytes, or nothing but white space
     * @throws IOException if it is not JSON, or exceeds a bound
     */
    public static JsonNode read(byte[] json) throws IOException {
        return read(json, MAX_BYTES);
    }

    /** Reads a document as {@link #read(byte[])} does, of at most as many bytes as the caller states. */
    public static JsonNode read(byte[] json, int maxBytes) throws IOException {
        requireSize(json.length, maxBytes);
        return MAPPER.readTree(json);
    }

    /**
     * Reads a document.
     *
     * @return the document; a missing node if the text is empty, or nothing but white space
     * @throws JsonProcessingException if it is not JSON, or exceeds a bound
     */
    public static JsonNode read(String json) throws JsonProcessingException {
        requireSize(json.length(), MAX_BYTES);
        return MAPPER.readTree(json);
    }

    /** A new, empty object to fill and to write. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /**
     * Writes a tree, record, map, list or bean as JSON in UTF-8. Not bounded.
     *
     * @throws IllegalStateException if a type cannot be written, which is an error in the calling code
     */
    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw unwritable(value, e);
        }
    }

    /** Writes as {@link #bytes}, as a text on one line. */
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw unwritable(value, e);
        }
    }

    private static void requireSize(int size, int max) throws StreamConstraintsException {
        if (size > max) {
            throw new StreamConstraintsException(
                    "Document length (" + size + ") exceeds the maximum allowed (" + max + ")");
        }
    }

    private static IllegalStateException unwritable(Object value, JsonProcessingException cause) {
        return new IllegalStateException(
                "A " + value.getClass().getName() + " cannot be written as JSON: " + cause.getMessage(), cause);
    }
}
