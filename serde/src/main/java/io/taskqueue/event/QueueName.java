package io.taskqueue.event;

/** Validates queue names: any text that is not empty and that UTF-8 can encode, because the name is the record key. */
public final class QueueName {

    /** The length of the longest name, in bytes of UTF-8. */
    public static final int MAX_BYTES = NameRule.MAX_BYTES;

    private QueueName() {}

    /**
     * Returns the name if it is valid.
     *
     * @throws IllegalArgumentException if the name is empty, longer than {@value #MAX_BYTES} bytes, or contains an unpaired
     *     surrogate
     */
    public static String require(String name) {
        return NameRule.require("queue name", "orders", name);
    }
}
