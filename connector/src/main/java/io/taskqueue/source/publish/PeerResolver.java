package io.taskqueue.source.publish;

import io.taskqueue.event.NameRule;
import io.taskqueue.event.Task;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The peers that an event names: the one that emits it, and the one that is responsible for its task.
 *
 * @param source the source peer
 * @param owner resolves the owner of a task, null for none; the user's code
 */
public record PeerResolver<T>(String source, Function<Task<T>, @Nullable String> owner) {

    private static final Logger LOG = LoggerFactory.getLogger(PeerResolver.class);

    /** @throws IllegalArgumentException if the name of the source peer is not legal */
    public PeerResolver {
        NameRule.require("peer name", "dispatcher-a", source);
    }

    /** The owner; null if the user's code throws or returns a name that is not legal. */
    @Nullable
    String ownerOf(Task<T> task) {
        try {
            String name = owner.apply(task);
            return name == null ? null : NameRule.require("peer name", "dispatcher-a", name);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            LOG.warn(
                    "The owner peer of task {} could not be resolved; its event is published without one.",
                    task.id(),
                    e);
            return null;
        }
    }
}
