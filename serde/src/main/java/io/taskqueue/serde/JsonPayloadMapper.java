package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Payloads of one Java type, mapped by Jackson. Thread-safe. */
final class JsonPayloadMapper<T> {

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactories.PAYLOADS.copy())
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(MapperFeature.BLOCK_UNSAFE_POLYMORPHIC_BASE_TYPES)
            .build();

    /** Classes of payloads that are remembered as readable; payloads of further ones are read back each time. */
    private static final int MAX_READABLE = 256;

    private final String typeName;
    private final ObjectWriter writer;
    private final ObjectReader reader;
    private final KnownProperties known;
    private final Set<Class<?>> readable = ConcurrentHashMap.newKeySet();

    JsonPayloadMapper(GenericType<T> type, JsonOptions options) {
        this(type, MAPPER, with(options, MAPPER.readerFor(MAPPER.constructType(type.type()))));
    }

    /** Maps as the application's mapper does. */
    JsonPayloadMapper(GenericType<T> type, ObjectMapper mapper) {
        this(type, mapper, mapper.readerFor(mapper.constructType(type.type())));
    }

    private JsonPayloadMapper(GenericType<T> type, ObjectMapper mapper, ObjectReader reader) {
        JavaType mapped = mapper.constructType(type.type());
        this.typeName = type.toString();
        this.writer = mapper.writerFor(mapped);
        this.reader = reader;
        this.known = KnownProperties.of(mapped, mapper);
    }

    private static ObjectReader with(JsonOptions options, ObjectReader reader) {
        ObjectReader known = options.unknown() == JsonOptions.Unknown.REFUSE
                ? reader.with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                : reader;
        return switch (options.missing()) {
            case ALLOW -> known;
            case REFUSE_PRIMITIVE -> known.with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
            case REFUSE -> known.with(
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);
        };
    }

    byte[] write(T payload) {
        byte[] json = json(payload);
        if (!readable.contains(payload.getClass())) {
            requireReadable(payload.getClass(), PayloadJson.requireValid(json));
            if (readable.size() < MAX_READABLE) {
                readable.add(payload.getClass());
            }
        }
        return json;
    }

    /** Without this, only the sinks would find out, after the tasks were done. */
    private void requireReadable(Class<?> written, byte[] json) {
        try {
            read(json);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "A " + written.getName() + " is written as JSON that no sink can read: " + e.getMessage()
                            + ". Use a record, or give the class a constructor or setters for all that it writes, or use"
                            + " another codec",
                    e);
        }
    }

    private byte[] json(T payload) {
        try {
            return writer.writeValueAsBytes(payload);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "A " + payload.getClass().getName() + " cannot be written as JSON: " + placeOf(e), e);
        }
    }

    T read(byte[] json) {
        try {
            known.require(json, typeName);
            return reader.readValue(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("The payload cannot be read as " + typeName + ": " + placeOf(e), e);
        }
    }

    /** The type and the place of an error, without Jackson's own text, which may quote the payload and stays in the cause. */
    private static String placeOf(IOException e) {
        String type = e.getClass().getSimpleName();
        return e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
                ? type + " at " + SanitizedText.of(mapping.getPathReference())
                : type;
    }
}
