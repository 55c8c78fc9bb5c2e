package io.taskqueue.source.publish;

import io.taskqueue.event.NameRule;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.CallbackFailures;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The peers that an event names: the one that emits it, and the one that is responsible for its task. Thread-safe. */
public final class PeerResolver<T> {

    private final String source;
    private final @Nullable String defaultOwner;
    private final Function<TaskEvent<T>, @Nullable String> owner;
    private final CallbackFailures failures;

    /**
     * @param source the source peer
     * @param defaultOwner the owner of events for which the function has none; null for none
     * @param owner resolves the owner of an event, null for none; the user's code
     * @throws IllegalArgumentException if a name is not legal
     */
    public PeerResolver(String source, @Nullable String defaultOwner, Function<TaskEvent<T>, @Nullable String> owner) {
        this.source = NameRule.require("peer name", "dispatcher-a", source);
        this.defaultOwner = defaultOwner == null ? null : NameRule.require("peer name", "dispatcher-a", defaultOwner);
        this.owner = owner;
        this.failures = new CallbackFailures(
                "The function of ownerPeer",
                "the event is published " + (defaultOwner == null ? "without an owner" : "with owner " + defaultOwner));
    }

    public String source() {
        return source;
    }

    /** The owner; the default one if the user's code returns none, throws, or returns a name that is not legal. */
    @Nullable
    String ownerOf(TaskEvent<T> event) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            String name = owner.apply(event);
            return name == null ? defaultOwner : NameRule.require("peer name", "dispatcher-a", name);
        } catch (Throwable e) {
            failures.add(event, e);
            return defaultOwner;
        } finally {
            if (!interrupted) {
                var unused = Thread.interrupted(); // what the user's code leaves behind would interrupt the producer
            }
        }
    }
}
