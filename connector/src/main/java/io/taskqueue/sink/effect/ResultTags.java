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

/** The stable tag of a result's type, by the table in {@link ResultType}. */
public final class ResultTags {

    public static final String VOID = "void";

    private static final Map<Class<?>, String> FIXED = Map.ofEntries(
            Map.entry(void.class, VOID),
            Map.entry(Void.class, VOID),
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

    private ResultTags() {}

    /** @throws EffectMisuseException if the class has no tag of its own */
    public static String of(Class<?> type) {
        String fixed = FIXED.get(type);
        if (fixed != null) {
            return fixed;
        }
        if (JsonNode.class.isAssignableFrom(type)) {
            return "json";
        }
        if (type.isArray()) {
            return of(type.getComponentType()) + "[]";
        }
        ResultType declared = type.getAnnotation(ResultType.class);
        String tag = declared == null ? type.getSimpleName() : declared.value();
        if (tag.isBlank() || tag.endsWith("[]") || FIXED.containsValue(tag)) {
            throw new EffectMisuseException("Results of " + type + " would be recorded under the tag '" + tag
                    + "', which is empty or taken by another type. Give the class a name of its own with "
                    + "@ResultType(\"…\").");
        }
        return tag;
    }
}
