package io.taskqueue.sink.effect;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.RecordedAs;
import io.taskqueue.sink.ResultType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the results of one type: JSON, and the stable tag of the type by the rules of {@link ResultType}. A type with type
 * arguments has the tags of its parts: {@code json<Quote>}.
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

    private final String tag;
    private final Form<R> form;

    private ResultCodec(String tag, Form<R> form) {
        this.tag = tag;
        this.form = form;
    }

    /** @throws EffectMisuseException if the type has no tag of its own */
    public static <R> ResultCodec<R> of(Class<R> type) {
        return new ResultCodec<>(tagOf(type), new ClassForm<>(type));
    }

    /** @throws EffectMisuseException if the type has no tag of its own, or the tag that is given cannot be used */
    public static <R> ResultCodec<R> of(RecordedAs<R> result) {
        if (result instanceof RecordedAs.ByCodec<R> encoded) {
            return new ResultCodec<>(
                    requireOwn(encoded.tag(), "of a codec", "Pass another tag"),
                    new CodecForm<>(encoded.tag(), encoded.codec()));
        }
        Type type = ((RecordedAs.OfType<R>) result).type().type();
        return new ResultCodec<>(tagOf(type), new TypeForm<>(type));
    }

    /**
     * Checks that results of the type can be written and read back, as far as this is known without a result.
     *
     * @throws ResultJson.ConversionException if they cannot
     */
    public void requireUsable() throws ResultJson.ConversionException {
        form.requireUsable();
    }

    /** The tag under which results of the type are recorded. */
    public String tag() {
        return tag;
    }

    /** The type's name, for messages. */
    public String typeName() {
        return form.name();
    }

    /** @throws ResultJson.ConversionException if the value cannot be written as JSON */
    public String write(@Nullable Object value) throws ResultJson.ConversionException {
        return form.write(value);
    }

    /** @throws ResultJson.ConversionException if the JSON cannot be read as the type */
    public @Nullable R read(String json) throws ResultJson.ConversionException {
        return form.read(json);
    }

    /** How values become JSON and are read from it. */
    private sealed interface Form<R> {

        String name();

        void requireUsable() throws ResultJson.ConversionException;

        String write(@Nullable Object value) throws ResultJson.ConversionException;

        @Nullable
        R read(String json) throws ResultJson.ConversionException;
    }

    private record ClassForm<R>(Class<R> type) implements Form<R> {

        @Override
        public String name() {
            return type.getTypeName();
        }

        @Override
        public void requireUsable() throws ResultJson.ConversionException {
            ResultJson.requireUsable(type);
        }

        @Override
        public String write(@Nullable Object value) throws ResultJson.ConversionException {
            return ResultJson.write(value);
        }

        @Override
        public @Nullable R read(String json) throws ResultJson.ConversionException {
            return ResultJson.read(json, type);
        }
    }

    private record TypeForm<R>(Type type) implements Form<R> {

        @Override
        public String name() {
            return type.getTypeName();
        }

        @Override
        public void requireUsable() throws ResultJson.ConversionException {
            ResultJson.requireUsable(type);
        }

        @Override
        public String write(@Nullable Object value) throws ResultJson.ConversionException {
            return ResultJson.write(value, type);
        }

        @Override
        @SuppressWarnings("unchecked") // read as the type that R stands for
        public @Nullable R read(String json) throws ResultJson.ConversionException {
            return (R) ResultJson.read(json, type);
        }
    }

    /** The codec checks what it writes, or {@link ReplicationEventCodec} does so. */
    private record CodecForm<R>(String tag, PayloadCodec<R> codec) implements Form<R> {

        @Override
        public String name() {
            return "'" + tag + "', by its codec";
        }

        @Override
        public void requireUsable() {}

        @Override
        @SuppressWarnings("unchecked") // the action of the effect has returned it
        public String write(@Nullable Object value) throws ResultJson.ConversionException {
            if (value == null) {
                return ResultJson.NULL;
            }
            try {
                return new String(new ReplicationEventCodec<>(codec).encodePayload((R) value), StandardCharsets.UTF_8);
            } catch (Exception | Error unwritable) { // code of the user may throw anything
                throw new ResultJson.ConversionException(unwritable);
            }
        }

        @Override
        public @Nullable R read(String json) throws ResultJson.ConversionException {
            try {
                return json.equals(ResultJson.NULL) ? null : codec.decode(json.getBytes(StandardCharsets.UTF_8));
            } catch (Exception | Error unreadable) { // code of the user may throw anything
                throw new ResultJson.ConversionException(unreadable);
            }
        }
    }

    private static String tagOf(Type type) {
        if (type instanceof ParameterizedType generic) {
            return Arrays.stream(generic.getActualTypeArguments())
                    .map(ResultCodec::tagOf)
                    .collect(Collectors.joining(",", tagOf(generic.getRawType()) + "<", ">"));
        }
        if (type instanceof WildcardType wildcard) {
            return tagOf(wildcard.getUpperBounds()[0]);
        }
        return type instanceof GenericArrayType array
                ? tagOf(array.getGenericComponentType()) + "[]"
                : tagOf((Class<?>) type);
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
        return requireOwn(
                declared == null ? type.getSimpleName() : declared.value(),
                "of " + type,
                "Give the class a unique name with @ResultType(\"…\")");
    }

    private static String requireOwn(String tag, String whose, String remedy) {
        if (tag.isBlank() || tag.endsWith("[]") || tag.endsWith(">") || FIXED.containsValue(tag)) {
            throw new EffectMisuseException("Results " + whose + " would be recorded under the tag '" + tag
                    + "', which is empty or used by another type. " + remedy + ".");
        }
        return tag;
    }
}
