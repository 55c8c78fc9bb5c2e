package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Payloads of one Java class, as Jackson maps it. */
final class JsonPayloadCodec<T> implements CheckedPayloadCodec<T> {

    private static final ObjectMapper MAPPER = JsonMapper.builder(Json.PAYLOADS.copy())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(MapperFeature.BLOCK_UNSAFE_POLYMORPHIC_BASE_TYPES)
            .build();

    private final Class<T> type;
    private final ObjectWriter writer;
    private final ObjectReader reader;

    JsonPayloadCodec(Class<T> type) {
        this.type = type;
        this.writer = MAPPER.writerFor(type);
        this.reader = MAPPER.readerFor(type);
    }

    @Override
    public byte[] encode(T payload) {
        requireNotNull(payload);
        try {
            return Json.requirePayload(writer.writeValueAsBytes(payload));
        } catch (JsonProcessingException refused) {
            throw new IllegalArgumentException(
                    "A " + payload.getClass().getName() + " cannot be written as JSON: " + where(refused), refused);
        }
    }

    @Override
    public T decode(byte[] json) {
        try {
            return reader.readValue(json);
        } catch (IOException refused) {
            throw new IllegalArgumentException(
                    "The payload cannot be read as " + type.getName() + ": " + where(refused), refused);
        }
    }

    static void requireNotNull(@Nullable Object payload) {
        if (payload == null) {
            throw new IllegalArgumentException(
                    "A payload is never null, but this one is. Enqueue a value that says what is to be done.");
        }
    }

    /** The place and the sort of a refusal; Jackson's own text may quote the payload and is left to the cause. */
    private static String where(IOException refused) {
        String sort = refused.getClass().getSimpleName();
        return refused instanceof JsonMappingException mapping
                        && !mapping.getPath().isEmpty()
                ? sort + " at " + Excerpt.of(mapping.getPathReference())
                : sort;
    }
}
