package io.taskqueue.serde;

import java.util.Objects;

/**
 * What a JSON payload may have in addition, and what it may lack, compared to the class that it is read as. The same of each object
 * within it.
 *
 * <p>Whatever is chosen, a payload is refused that has properties, none of which the class has: it is a payload of another class.
 *
 * @param unknown properties that the class does not have
 * @param missing properties of the class that the payload does not have, or that are null
 */
public record JsonOptions(Unknown unknown, Missing missing) {

    /**
     * Unknown properties are ignored, missing ones are null, and missing numbers and booleans are refused: a later version of the
     * class may add properties, and may drop them, but nothing is read as a 0 that nobody wrote.
     */
    public static final JsonOptions DEFAULT = new JsonOptions(Unknown.IGNORE, Missing.REFUSE_PRIMITIVE);

    /** A property that the class does not have. */
    public enum Unknown {
        /** It is not read. */
        IGNORE,
        /** The payload cannot be decoded. */
        REFUSE
    }

    /** A property that the payload does not have, or that is null. */
    public enum Missing {
        /** It is read as null, 0 or false. */
        ALLOW,
        /**
         * It is read as null, but where its Java type is primitive, the payload cannot be decoded. A missing property of a class
         * with setters keeps the value that its constructor gave it.
         */
        REFUSE_PRIMITIVE,
        /** The payload cannot be decoded. Of classes with setters, only a primitive that is null is noticed. */
        REFUSE
    }

    public JsonOptions {
        Objects.requireNonNull(unknown, "unknown");
        Objects.requireNonNull(missing, "missing");
    }

    /** The same, with another choice for unknown properties. */
    public JsonOptions with(Unknown choice) {
        return new JsonOptions(choice, missing);
    }

    /** The same, with another choice for missing properties. */
    public JsonOptions with(Missing choice) {
        return new JsonOptions(unknown, choice);
    }
}
