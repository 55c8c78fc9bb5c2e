package io.taskqueue.sink.effect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
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
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of recorded results, failures and checkpoints. It is read with a fixed target class: the data never names a class,
 * and unknown fields are ignored.
 *
 * <p>Stateless. Public for the other packages of this project; not part of the API.
 */
public final class ResultJson {

    /** The JSON of an effect without a result, and of a null result. */
    public static final String NULL = "null";

    /** Whoever wrote a result decides its size: the stores have a bound, and what was done must be readable. */
    private static final StreamReadConstraints UNBOUNDED = StreamReadConstraints.builder()
            .maxStringLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .maxNumberLength(Integer.MAX_VALUE)
            .maxNestingDepth(StreamWriteConstraints.DEFAULT_MAX_DEPTH)
            .build();

    private static final ObjectMapper MAPPER = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(UNBOUNDED).build())
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
            .build();

    /** A value cannot be written as JSON or read from it. The message states the reason and never contains the value. */
    public static final class ConversionException extends Exception {

        private static final long serialVersionUID = 1L;

        ConversionException(Throwable cause) {
            super(reason(cause), cause);
        }

        ConversionException(String reason) {
            super(reason);
        }
    }

    /** Why a class cannot be written and read back; empty if it can. */
    private static final ClassValue<Optional<String>> PROBLEMS = new ClassValue<>() {
        @Override
        protected Optional<String> computeValue(Class<?> type) {
            return new ResultTypeCheck(MAPPER).problem(type);
        }
    };

    private ResultJson() {}

    /** @throws ConversionException if values of the class can never be written and read back */
    static void requireUsable(Class<?> type) throws ConversionException {
        refuse(PROBLEMS.get(type));
    }

    /** @throws ConversionException if values of the type can never be written and read back */
    static void requireUsable(Type type) throws ConversionException {
        refuse(new ResultTypeCheck(MAPPER).problem(type));
    }

    private static void refuse(Optional<String> problem) throws ConversionException {
        if (problem.isPresent()) {
            throw new ConversionException(problem.get());
        }
    }

    /** @throws ConversionException if the value's class cannot be written */
    static String write(@Nullable Object value) throws ConversionException {
        try {
            return value == null ? NULL : MAPPER.writeValueAsString(value);
        } catch (Exception | Error unwritable) { // code of the user's class may throw anything
            throw new ConversionException(unwritable);
        }
    }

    /** @throws ConversionException if the JSON cannot be read as the type */
    static <R> @Nullable R read(String json, Class<R> type) throws ConversionException {
        try {
            return json.equals(NULL) ? null : MAPPER.readValue(json, type);
        } catch (Exception | Error unreadable) { // code of the user's class may throw anything
            throw new ConversionException(unreadable);
        }
    }

    /** @throws ConversionException if the value cannot be written as the type */
    static String write(@Nullable Object value, Type type) throws ConversionException {
        try {
            return value == null
                    ? NULL
                    : MAPPER.writerFor(MAPPER.constructType(type)).writeValueAsString(value);
        } catch (Exception | Error unwritable) { // code of the user's class may throw anything
            throw new ConversionException(unwritable);
        }
    }

    /**
     * Reads a value; null is what the type makes of it, such as an empty Optional.
     *
     * @throws ConversionException if the JSON cannot be read as the type
     */
    static @Nullable Object read(String json, Type type) throws ConversionException {
        try {
            return MAPPER.readValue(json, MAPPER.constructType(type));
        } catch (Exception | Error unreadable) { // code of the user's class may throw anything
            throw new ConversionException(unreadable);
        }
    }

    /** Writes a value that can always be written, such as a list or map of texts or numbers. */
    public static String writePlain(Object value) {
        try {
            return write(value);
        } catch (ConversionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Reads an error that {@link #writePlain} wrote. */
    public static TaskError readError(String json) throws ConversionException {
        TaskError error = read(json, TaskError.class);
        return error == null ? new TaskError(null, "", Map.of()) : error;
    }

    /** Reads a map of arrays of numbers that {@link #writePlain} wrote. */
    public static Map<String, long[]> readNumbers(String json) throws ConversionException {
        try {
            return MAPPER.readValue(json, new TypeReference<Map<String, long[]>>() {});
        } catch (JsonProcessingException unreadable) {
            throw new ConversionException(unreadable);
        }
    }

    /** The reason of a failure with the path into the value, and without the value. */
    private static String reason(Throwable cause) {
        if (cause instanceof JsonProcessingException json) {
            String path = json instanceof JsonMappingException mapping ? mapping.getPathReference() : "";
            return json.getOriginalMessage() + (path.isEmpty() ? "" : " (at " + path + ")");
        }
        TaskError error = TaskError.of(cause);
        return error.code() + ": " + error.message();
    }
}
