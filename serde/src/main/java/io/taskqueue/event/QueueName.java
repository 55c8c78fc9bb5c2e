package io.taskqueue.event;

import java.nio.charset.StandardCharsets;

/** The rule for queue names: any text that is not empty and that UTF-8 can carry, because the name is the record key. */
public final class QueueName {

    private QueueName() {}

    /**
     * Returns the name itself when it is legal.
     *
     * @throws IllegalArgumentException if it is empty or holds half of a surrogate pair
     */
    public static String require(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(
                    "A queue needs a name, but this one is empty. Name it, as in \"orders\".");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException(
                    "The queue name cannot be written as UTF-8: it holds half of a surrogate "
                            + "pair. Pass the name as whole characters.");
        }
        return name;
    }
}
