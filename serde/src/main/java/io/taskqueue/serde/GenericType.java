package io.taskqueue.serde;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A type with type arguments, for payloads and results of effects, which a {@link Class} cannot express. Written as an anonymous
 * subclass, which keeps the arguments at run time:
 *
 * <pre>{@code
 *   PayloadCodec<List<Order>> codec = PayloadCodec.json(new GenericType<List<Order>>() {});
 * }</pre>
 *
 * <p>Immutable and thread-safe. Two are equal if their types are.
 *
 * @param <T> the type
 */
public abstract class GenericType<T> {

    private final Type type;

    /** @throws IllegalArgumentException if the type is missing, or contains a type variable, whose value is unknown at run time */
    protected GenericType() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType declared)
                || declared.getRawType() != GenericType.class) {
            throw new IllegalArgumentException(
                    getClass().getName()
                            + " does not state its type. Write new GenericType<List<Order>>() {}, with the type that is meant.");
        }
        this.type = declared.getActualTypeArguments()[0];
        if (!isComplete(type)) {
            throw new IllegalArgumentException("The type " + type.getTypeName()
                    + " contains a type variable, whose value is not known at run time. Pass a GenericType from where the"
                    + " type is known.");
        }
    }

    private GenericType(Class<T> type) {
        this.type = Objects.requireNonNull(type, "type");
    }

    /** The type of a class without type arguments. */
    public static <T> GenericType<T> of(Class<T> type) {
        return new GenericType<>(type) {};
    }

    public final Type type() {
        return type;
    }

    private static boolean isComplete(Type type) {
        if (type instanceof ParameterizedType generic) {
            return Arrays.stream(generic.getActualTypeArguments()).allMatch(GenericType::isComplete);
        }
        if (type instanceof WildcardType wildcard) {
            return Arrays.stream(wildcard.getUpperBounds()).allMatch(GenericType::isComplete);
        }
        return type instanceof GenericArrayType array
                ? isComplete(array.getGenericComponentType())
                : type instanceof Class<?>;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof GenericType<?> that && type.equals(that.type);
    }

    @Override
    public final int hashCode() {
        return type.hashCode();
    }

    /** The type's name, as in Java. */
    @Override
    public final String toString() {
        return type.getTypeName();
    }
}
