package io.taskqueue.sink.effect;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.ResultType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the results of one type: JSON, and the stable tag of the type by the rules of {@link ResultType}.
 *
 * <p>Immutable. Public for the other packages of this project; not part of the API.
 *
 * @param <R> the type
 */
public final class ResultCodec<R> {

    private static final Map<Class<?>, String> FIXED = Map.ofEntries(
            Map.entry(void.class, "void"),
            Map.entry(Void.class, "void"),
            Map.entry(String.class, "string"),
            Map.entry(boolean.class, "boolean"),
            Map.entry(Boolean.class, "boolean"),
            Map.entry(byte.class, "byte"),
            Map.entry(Byte.class, "byte"),
            Map.entry(short.class, "short"),
            Map.entry(Short.class, "short"),
            Map.entry(int.class, "int"),
            Map.entry(Integer.class, "int"),
            Map.entry(long.class, "long"),
            Map.entry(Long.class, "long"),
            Map.entry(float.class, "float"),
            Map.entry(Float.class, "float"),
            Map.entry(double.class, "double"),
            Map.entry(Double.class, "double"),
            Map.entry(char.class, "char"),
            Map.entry(Character.class, "char"),
            Map.entry(byte[].class, "bytes"),
            Map.entry(BigDecimal.class, "decimal"),
            Map.entry(BigInteger.class, "integer"),
            Map.entry(UUID.class, "uuid"),
            Map.entry(Instant.class, "instant"),
            Map.entry(Duration.class, "duration"),
            Map.entry(Object.class, "json"),
            Map.entry(Map.class, "json"),
            Map.entry(List.class, "json"));

    private final Class<R> type;
    private final String tag;

    private ResultCodec(Class<R> type, String tag) {
        this.type = type;
        this.tag = tag;
    }

    /** @throws EffectMisuseException if the type has no tag of its own */
    public static <R> ResultCodec<R> of(Class<R> type) {
        return new ResultCodec<>(type, tagOf(type));
    }

    /**
     * Checks that results of the type can be written and read back, as far as this is known without a result.
     *
     * @throws ResultJson.ConversionException if they cannot
     */
    public void requireUsable() throws ResultJson.ConversionException {
        ResultJson.requireUsable(type);
    }

    /** The tag under which results of the type are recorded. */
    public String tag() {
        return tag;
    }

    /** The type's name, for messages. */
    public String typeName() {
        return type.getTypeName();
    }

    /** @throws ResultJson.ConversionException if the value cannot be written as JSON */
    public String write(@Nullable Object value) throws ResultJson.ConversionException {
        return ResultJson.write(value);
    }

    /** @throws ResultJson.ConversionException if the JSON cannot be read as the type */
    public @Nullable R read(String json) throws ResultJson.ConversionException {
        return ResultJson.read(json, type);
    }

    private static String tagOf(Class<?> type) {
        String fixed = FIXED.get(type);
        if (fixed != null) {
            return fixed;
        }
        if (JsonNode.class.isAssignableFrom(type)) {
            return "json";
        }
        if (type.isArray()) {
            return tagOf(type.getComponentType()) + "[]";
        }
        ResultType declared = type.getAnnotation(ResultType.class);
        String tag = declared == null ? type.getSimpleName() : declared.value();
        if (tag.isBlank() || tag.endsWith("[]") || FIXED.containsValue(tag)) {
            throw new EffectMisuseException("Results of " + type + " would be recorded under the tag '" + tag
                    + "', which is empty or used by another type. Give the class a unique name with "
                    + "@ResultType(\"…\").");
        }
        return tag;
    }
}
