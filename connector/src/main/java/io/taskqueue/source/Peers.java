package io.taskqueue.source;

import io.taskqueue.event.QueueName;
import io.taskqueue.event.Task;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who emits an event, and who is responsible for its task.
 *
 * @param source the source peer
 * @param owner says who owns a task, null for no one; the user's code
 */
record Peers<T>(String source, Function<Task<T>, @Nullable String> owner) {

    /** A peer's name travels with every event. */
    static final int MAX_NAME_BYTES = QueueName.MAX_BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

    Peers {
        requireName("sourcePeer", source);
    }

    /** The owner; no one, if the user's code throws or gives a name that no event can carry. */
    @Nullable
    String ownerOf(Task<T> task) {
        try {
            String name = owner.apply(task);
            return name == null ? null : requireName("The owner peer of task " + task.id(), name);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            LOG.warn("The owner peer of task {} could not be told; its event is published without one.", task.id(), e);
            return null;
        }
    }

    static String requireName(String what, String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1
                || bytes > MAX_NAME_BYTES
                || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException(
                    what + " is no name: it has " + bytes + " bytes in UTF-8. A peer's name has" + " 1 to "
                            + MAX_NAME_BYTES + ", and no half of a surrogate pair.");
        }
        return name;
    }
}
