package io.taskqueue.sink.effect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.taskqueue.event.TaskError;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Results of effects as JSON: read with a fixed target class, no class named by the data, unknown fields ignored. */
public final class ResultJson {

    /** What an effect without a result, and a null result, is recorded as. */
    public static final String NULL = "null";

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
            .build();

    /** A value cannot be written as JSON, or JSON cannot be read as the type. The message has the reason without the value. */
    public static final class ConversionException extends Exception {

        private static final long serialVersionUID = 1L;

        ConversionException(JsonProcessingException cause) {
            super(reason(cause), cause);
        }
    }

    private ResultJson() {}

    /** @throws ConversionException if the value's class cannot be written */
    public static String write(@Nullable Object value) throws ConversionException {
        try {
            return value == null ? NULL : MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException unwritable) {
            throw new ConversionException(unwritable);
        }
    }

    /** @throws ConversionException if the JSON cannot be read as the type */
    public static <R> @Nullable R read(String json, Class<R> type) throws ConversionException {
        try {
            return json.equals(NULL) ? null : MAPPER.readValue(json, type);
        } catch (JsonProcessingException unreadable) {
            throw new ConversionException(unreadable);
        }
    }

    /** Why Jackson could not, with the path into the value, without the value itself. */
    private static String reason(JsonProcessingException cause) {
        String place = cause instanceof JsonMappingException mapping ? mapping.getPathReference() : "";
        return cause.getOriginalMessage() + (place.isEmpty() ? "" : " (at " + place + ")");
    }

    public static String writeError(TaskError error) {
        return writePlain(error);
    }

    /** What has nothing in it that could not be written, such as a list of texts. */
    public static String writePlain(Object value) {
        try {
            return write(value);
        } catch (ConversionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** @throws ConversionException if the JSON is not an object of arrays of numbers */
    public static Map<String, long[]> readPositions(String json) throws ConversionException {
        try {
            return MAPPER.readValue(json, new TypeReference<Map<String, long[]>>() {});
        } catch (JsonProcessingException unreadable) {
            throw new ConversionException(unreadable);
        }
    }

    /** @throws ConversionException if the JSON is not an error */
    public static TaskError readError(String json) throws ConversionException {
        TaskError error = read(json, TaskError.class);
        return error == null ? new TaskError(null, "", Map.of()) : error;
    }
}
