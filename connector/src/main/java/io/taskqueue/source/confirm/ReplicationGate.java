package io.taskqueue.source.confirm;

import io.taskqueue.event.Position;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds the futures of {@code replicated()}, and completes them when Kafka has acknowledged the events up to a position, and the
 * registry, read to an end that was requested after that, holds no newer claim. One read of the registry, by {@link RegistryTail},
 * serves all futures that are due. They are completed on a thread for that, because what depends on them is the user's code.
 *
 * <p>Once it has ended, every future fails. Thread-safe.
 */
public final class ReplicationGate {

    private static final long NOTHING = Long.MAX_VALUE;

    private static final class Waiting {

        private final Position upTo;
        private final CompletableFuture<Position> future = new CompletableFuture<>();

        Waiting(Position upTo) {
            this.upTo = upTo;
        }
    }

    private final String queueName;
    private final Supplier<Position> acknowledged;
    private final int maxWaiting;
    private final Runnable onDue;
    private final Completions completions;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Waiting> waiting = new LinkedHashSet<>(); // in the order of their positions
    private volatile long firstAwaited = NOTHING;
    private @Nullable IllegalStateException endCause;

    /**
     * @param acknowledged the position up to which Kafka has acknowledged every event
     * @param maxWaiting how many futures may wait
     * @param onDue called when the events of a future are acknowledged, so that the registry has to be read
     * @param completions completes the futures
     */
    public ReplicationGate(
            String queueName,
            Supplier<Position> acknowledged,
            int maxWaiting,
            Runnable onDue,
            Completions completions) {
        this.queueName = queueName;
        this.acknowledged = acknowledged;
        this.maxWaiting = maxWaiting;
        this.onDue = onDue;
        this.completions = completions;
    }

    /** @param appended called inside the gate's lock, so that positions are awaited in rising order */
    public CompletableFuture<Position> await(Supplier<Position> appended) {
        Waiting added;
        lock.lock();
        try {
            if (endCause != null) {
                return CompletableFuture.failedFuture(endCause);
            }
            if (waiting.size() == maxWaiting) {
                return CompletableFuture.failedFuture(tooMany());
            }
            added = new Waiting(appended.get());
            waiting.add(added);
            updateFirstAwaited();
        } finally {
            lock.unlock();
        }
        advanced(); // an acknowledgement before firstAwaited was set did not call onDue
        // one that its user cancels or completes, as by orTimeout, is not kept until Kafka is back
        var unused = added.future.whenComplete((position, error) -> forget(added));
        return added.future;
    }

    private void forget(Waiting done) {
        lock.lock();
        try {
            if (waiting.remove(done)) {
                updateFirstAwaited();
            }
        } finally {
            lock.unlock();
        }
    }

    private void updateFirstAwaited() {
        firstAwaited =
                waiting.isEmpty() ? NOTHING : waiting.iterator().next().upTo.sequence();
    }

    private IllegalStateException tooMany() {
        return new IllegalStateException(maxWaiting + " futures of replicated() of queue " + queueName
                + " wait already, the first for event " + waiting.iterator().next().upTo
                + ", while Kafka has acknowledged up to "
                + acknowledged.get()
                + ". Wait for a future again after a time-out, or cancel it, instead of asking for another.");
    }

    /** More events are acknowledged. Cheap while no future waits for them. */
    public void advanced() {
        if (hasDue()) {
            onDue.run();
        }
    }

    /** The position up to which Kafka has acknowledged every event. */
    Position acknowledged() {
        return acknowledged.get();
    }

    /** Whether a future waits for nothing but the registry. */
    public boolean hasDue() {
        return acknowledged.get().sequence() >= firstAwaited;
    }

    /**
     * Completes the futures up to a position.
     *
     * @param upTo acknowledged before the end of the registry was requested, up to which it was read without finding a newer claim
     */
    void confirm(Position upTo) {
        List<Waiting> confirmed = new ArrayList<>();
        lock.lock();
        try {
            Iterator<Waiting> first = waiting.iterator();
            while (firstAwaited <= upTo.sequence() && first.hasNext()) {
                confirmed.add(first.next());
                first.remove();
                updateFirstAwaited();
            }
        } finally {
            lock.unlock();
        }
        completions.run(confirmed, one -> one.future.complete(one.upTo));
    }

    /** Fails every future, later ones too. */
    public void end(IllegalStateException cause) {
        List<Waiting> left;
        lock.lock();
        try {
            if (endCause != null) {
                return;
            }
            endCause = cause;
            left = new ArrayList<>(waiting);
            waiting.clear();
            firstAwaited = NOTHING;
        } finally {
            lock.unlock();
        }
        completions.run(left, one -> one.future.completeExceptionally(cause));
    }
}
