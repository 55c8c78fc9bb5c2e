package io.taskqueue.sink;

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
final class ResultJson {

    /** What an effect without a result, and a null result, is recorded as. */
    static final String NULL = "null";

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
            .build();

    private ResultJson() {}

    /** @throws JsonProcessingException if the value's class cannot be written */
    static String write(@Nullable Object value) throws JsonProcessingException {
        return value == null ? NULL : MAPPER.writeValueAsString(value);
    }

    /** @throws JsonProcessingException if the JSON is none of the type */
    static <R> @Nullable R read(String json, Class<R> type) throws JsonProcessingException {
        return json.equals(NULL) ? null : MAPPER.readValue(json, type);
    }

    /** Why Jackson could not, with the path into the value, without the value itself. */
    static String reason(JsonProcessingException cause) {
        String place = cause instanceof JsonMappingException mapping ? mapping.getPathReference() : "";
        return cause.getOriginalMessage() + (place.isEmpty() ? "" : " (at " + place + ")");
    }

    static String writeError(TaskError error) {
        return writePlain(error);
    }

    /** What has nothing in it that could not be written, such as a list of texts. */
    static String writePlain(Object value) {
        try {
            return write(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static Map<String, long[]> readPositions(String json) throws JsonProcessingException {
        return MAPPER.readValue(json, new TypeReference<Map<String, long[]>>() {});
    }

    static TaskError readError(String json) throws JsonProcessingException {
        TaskError error = read(json, TaskError.class);
        return error == null ? new TaskError(null, "", Map.of()) : error;
    }
}
