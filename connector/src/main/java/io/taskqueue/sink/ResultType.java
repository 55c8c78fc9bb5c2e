package io.taskqueue.sink;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name under which results of a class are recorded, so that the class can be renamed and moved while its recorded results
 * remain readable.
 *
 * <p>A recorded result carries the tag of its type, never a class name. These tags are fixed: {@code void}, {@code string},
 * {@code boolean}, {@code byte}, {@code short}, {@code int}, {@code long}, {@code float}, {@code double}, {@code char},
 * {@code bytes} ({@code byte[]}), {@code decimal} ({@link java.math.BigDecimal}), {@code integer}
 * ({@link java.math.BigInteger}), {@code uuid}, {@code instant}, {@code duration} and {@code json} (any JSON: a map, a list,
 * {@link Object} or a tree). Any other class has the value of this annotation as its tag or, without it, its simple name,
 * whatever its package or enclosing class. An array has its component's tag with {@code []}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ResultType {

    /** The tag: not empty, and not one of the fixed tags. */
    String value();
}
