package io.taskqueue.source.confirm;

import io.taskqueue.event.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds the futures of {@code replicated()}, and completes them when Kafka has acknowledged the events up to a position, and the
 * registry, read to an end that was requested after that, holds no newer claim. One read of the registry, by {@link RegistryTail},
 * serves all futures that are due. They are completed on a thread for that, because what depends on them is the user's code.
 *
 * <p>A future that its user cancels or completes, as by {@code orTimeout}, is not kept until Kafka is back: it is removed when it is the first, or
 * together with others once half of those that are kept are such futures, or a further one would be too many.
 *
 * <p>Once it has ended, every future fails. Thread-safe.
 */
public final class ReplicationGate {

    private static final long NOTHING = Long.MAX_VALUE;

    private final String queueName;
    private final LongSupplier acknowledged;
    private final int maxWaiting;
    private final Runnable onDue;
    private final Completions completions;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Confirmation> waiting = new ArrayDeque<>(); // in the order of their positions
    private final AtomicInteger givenUp = new AtomicInteger();
    private volatile long firstAwaited = NOTHING;
    private @Nullable IllegalStateException endCause;

    /** The future of a caller, who may complete it as well. */
    private final class Confirmation extends CompletableFuture<Position> {

        private final Position upTo;

        Confirmation(Position upTo) {
            this.upTo = upTo;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>(); // what depends on it does not wait here
        }

        @Override
        public boolean complete(Position value) {
            return counted(super.complete(value));
        }

        @Override
        public boolean completeExceptionally(Throwable error) {
            return counted(super.completeExceptionally(error));
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return counted(super.cancel(mayInterruptIfRunning));
        }

        private boolean counted(boolean byUser) {
            if (byUser) {
                int unused = givenUp.incrementAndGet();
                removeGivenUpFirst();
            }
            return byUser;
        }

        void confirm() {
            boolean unused = super.complete(upTo);
        }

        void fail(IllegalStateException cause) {
            boolean unused = super.completeExceptionally(cause);
        }
    }

    /**
     * @param acknowledged the sequence up to which Kafka has acknowledged every event
     * @param maxWaiting how many futures may wait
     * @param onDue called when the events of a future are acknowledged, so that the registry has to be read
     * @param completions completes the futures
     */
    public ReplicationGate(
            String queueName, LongSupplier acknowledged, int maxWaiting, Runnable onDue, Completions completions) {
        this.queueName = queueName;
        this.acknowledged = acknowledged;
        this.maxWaiting = maxWaiting;
        this.onDue = onDue;
        this.completions = completions;
    }

    /** @param appended called inside the gate's lock, so that positions are awaited in rising order */
    public CompletableFuture<Position> await(Supplier<Position> appended) {
        Confirmation added;
        lock.lock();
        try {
            if (endCause != null) {
                return CompletableFuture.failedFuture(endCause);
            }
            removeGivenUp();
            if (waiting.size() == maxWaiting) {
                return CompletableFuture.failedFuture(tooMany());
            }
            added = new Confirmation(appended.get());
            waiting.add(added);
            if (waiting.size() == 1) {
                updateFirstAwaited();
            }
        } finally {
            lock.unlock();
        }
        advanced(); // an acknowledgement before firstAwaited was set did not call onDue
        return added;
    }

    /** Nothing is due for the sake of a future that nobody waits for. */
    private void removeGivenUpFirst() {
        lock.lock();
        try {
            for (Confirmation first = waiting.peek(); first != null && first.isDone(); first = waiting.peek()) {
                waiting.remove();
            }
            updateFirstAwaited();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Costs nothing on average: each removal is of as many futures as were given up since the last one. Where there is no place, it looks at all of
     * them, whatever was counted: a future is done a moment before it counts as given up.
     */
    private void removeGivenUp() {
        int done = givenUp.get();
        if (waiting.size() == maxWaiting || (done > 0 && done > waiting.size() / 2)) {
            givenUp.set(0);
            waiting.removeIf(CompletableFuture::isDone);
            updateFirstAwaited();
        }
    }

    private void updateFirstAwaited() {
        Confirmation first = waiting.peek();
        firstAwaited = first == null ? NOTHING : first.upTo.sequence();
    }

    private IllegalStateException tooMany() {
        Position first = waiting.element().upTo;
        return new IllegalStateException(maxWaiting + " futures of replicated() of queue " + queueName
                + " wait already, the first for event " + first
                + ", while Kafka has acknowledged up to "
                + new Position(first.epoch(), acknowledged.getAsLong())
                + ". Wait for a future again after a time-out, or cancel it, instead of asking for another.");
    }

    /** More events are acknowledged. Cheap while no future waits for them. */
    public void advanced() {
        if (hasDue()) {
            onDue.run();
        }
    }

    /** The sequence up to which Kafka has acknowledged every event. */
    long acknowledged() {
        return acknowledged.getAsLong();
    }

    /** Whether a future waits for nothing but the registry. */
    public boolean hasDue() {
        return acknowledged.getAsLong() >= firstAwaited;
    }

    /**
     * Completes the futures up to a sequence.
     *
     * @param upTo acknowledged before the end of the registry was requested, up to which it was read without finding a newer claim
     * @return how many there are
     */
    int confirm(long upTo) {
        List<Confirmation> confirmed = new ArrayList<>();
        lock.lock();
        try {
            for (Confirmation first = waiting.peek();
                    first != null && first.upTo.sequence() <= upTo;
                    first = waiting.peek()) {
                confirmed.add(waiting.remove());
            }
            updateFirstAwaited();
        } finally {
            lock.unlock();
        }
        completions.run(confirmed, Confirmation::confirm);
        return confirmed.size();
    }

    /** Fails every future, later ones too. */
    public void end(IllegalStateException cause) {
        List<Confirmation> left;
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
        completions.run(left, one -> one.fail(cause));
    }
}
