package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryLostException;
import io.taskqueue.source.registry.RegistryWatch;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Completes the futures of {@code replicated()}: when Kafka has acknowledged the events up to a position, and the registry, read
 * to an end that was requested after that, holds no newer claim. One read of the registry serves all futures that are due. They
 * are completed on a thread for that, because what depends on them is the user's code.
 *
 * <pre>
 *   OPEN ---- finish ----&gt; FINISHING ---- end ----&gt; ENDED
 *     |                                              ^
 *     +-------------------- end ---------------------+
 * </pre>
 *
 * <p>While it is finishing, {@link #run} serves what is acknowledged by then and returns; once it has ended, every future fails.
 */
final class ReplicationGate implements Runnable {

    private static final long NOTHING = Long.MAX_VALUE;
    private static final int MOST_COMPLETION_THREADS = 64;
    private static final long COMPLETION_THREAD_IDLE_SECONDS = 10;
    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(2);

    private enum Phase {
        OPEN,
        FINISHING,
        ENDED
    }

    private static final class Waiting {

        private final Position upTo;
        private final CompletableFuture<Position> future = new CompletableFuture<>();

        Waiting(Position upTo) {
            this.upTo = upTo;
        }
    }

    private final Claim claim;
    private final Supplier<Position> acknowledged;
    private final RegistryWatch registry;
    private final int maxWaiting;
    private final Consumer<IllegalStateException> onOwnershipLost;
    private final Consumer<Optional<KafkaException>> onRegistryRead;
    private final ForkJoinPool completions;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Waiting> waiting = new LinkedHashSet<>(); // in the order of their positions
    private volatile long firstAwaited = NOTHING;
    private Phase phase = Phase.OPEN;
    private @Nullable IllegalStateException endCause;

    /**
     * @param maxWaiting how many futures may wait
     * @param onOwnershipLost called when the registry holds a newer claim, or can no longer tell who owns the queue
     * @param onRegistryRead called after each attempt to read the registry, with its failure if it failed
     */
    ReplicationGate(
            Claim claim,
            Supplier<Position> acknowledged,
            RegistryWatch registry,
            int maxWaiting,
            Consumer<IllegalStateException> onOwnershipLost,
            Consumer<Optional<KafkaException>> onRegistryRead) {
        this.claim = claim;
        this.acknowledged = acknowledged;
        this.registry = registry;
        this.maxWaiting = maxWaiting;
        this.onOwnershipLost = onOwnershipLost;
        this.onRegistryRead = onRegistryRead;
        this.completions = completions(claim.queueName());
    }

    /** One thread that starts when it is needed; further ones while an action of the user waits for another future. */
    private static ForkJoinPool completions(String queueName) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return new ForkJoinPool(
                1,
                pool -> {
                    ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
                    thread.setName("taskqueue-replicated-" + queueName);
                    thread.setContextClassLoader(loader);
                    return thread;
                },
                null,
                true,
                0,
                MOST_COMPLETION_THREADS,
                1,
                null,
                COMPLETION_THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS);
    }

    /** @param appended called inside the gate's lock, so that positions are awaited in rising order */
    CompletableFuture<Position> await(Supplier<Position> appended) {
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
            changed.signalAll();
        } finally {
            lock.unlock();
        }
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
        return new IllegalStateException(maxWaiting + " futures of replicated() of queue " + claim.queueName()
                + " wait already, the first for event " + waiting.iterator().next().upTo
                + ", while Kafka has acknowledged up to "
                + acknowledged.get()
                + ". Wait for a future again after a time-out, or cancel it, instead of asking for another.");
    }

    /** More events are acknowledged. Cheap while no future waits for them. */
    void advanced() {
        if (acknowledged.get().sequence() >= firstAwaited) {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Reads the registry once more for what is acknowledged by now, and lets {@link #run} return. */
    void finish() {
        lock.lock();
        try {
            if (phase == Phase.OPEN) {
                phase = Phase.FINISHING;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Fails every future, later ones too. */
    void end(IllegalStateException cause) {
        List<Waiting> left;
        lock.lock();
        try {
            if (phase == Phase.ENDED) {
                return;
            }
            phase = Phase.ENDED;
            endCause = cause;
            left = new ArrayList<>(waiting);
            waiting.clear();
            firstAwaited = NOTHING;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        registry.wakeup();
        fail(left, cause);
        completions.shutdown(); // what was handed to it is completed
    }

    @Override
    public void run() {
        try (registry) {
            List<Waiting> due = due();
            while (!due.isEmpty()) {
                settle(due);
                due = due();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for futures whose events are acknowledged; empty at the end. */
    private List<Waiting> due() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                long reached = acknowledged.get().sequence();
                List<Waiting> due = new ArrayList<>();
                Iterator<Waiting> first = waiting.iterator();
                while (firstAwaited <= reached && first.hasNext()) {
                    due.add(first.next());
                    first.remove();
                    updateFirstAwaited();
                }
                // an acknowledgement between reading the position and setting firstAwaited did not signal
                boolean missed = acknowledged.get().sequence() >= firstAwaited;
                if (!due.isEmpty() || (phase != Phase.OPEN && !missed)) {
                    return due;
                }
                if (!missed) {
                    changed.await();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void settle(List<Waiting> due) throws InterruptedException {
        IllegalStateException failure;
        try {
            failure = newerClaim()
                    .<IllegalStateException>map(
                            newer -> new SourceFencedException(newer.queueName(), claim.epoch(), newer))
                    .orElse(null);
        } catch (RegistryLostException e) {
            failure = new SourceStoppedException(String.valueOf(e.getMessage()), e);
        } catch (IllegalStateException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new SourceStoppedException(
                    "The registry could not be read: " + e + ". Fix that error, and start a new source.", e);
        } catch (InterruptedException e) {
            fail(due, endedBeforeConfirmation(e));
            throw e;
        }
        if (failure == null) {
            due.forEach(one -> complete(() -> one.future.complete(one.upTo)));
            return;
        }
        fail(due, failure);
        if (isOpen()) {
            onOwnershipLost.accept(failure);
        }
    }

    private void fail(List<Waiting> futures, IllegalStateException cause) {
        futures.forEach(one -> complete(() -> one.future.completeExceptionally(cause)));
    }

    /** Completes a future on a thread of its own: what depends on it is the user's code, which may block, or close the source. */
    private void complete(Runnable completion) {
        try {
            completions.execute(completion);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            completion.run(); // no thread for it
        }
    }

    private Optional<Claim> newerClaim() throws InterruptedException {
        for (long pause = FIRST_BACKOFF_NANOS; ; pause = Math.min(2 * pause, LONGEST_BACKOFF_NANOS)) {
            try {
                Optional<Claim> newer = registry.newerClaim();
                onRegistryRead.accept(Optional.empty());
                return newer;
            } catch (KafkaException e) {
                onRegistryRead.accept(Optional.of(e));
                if (!backOff(pause)) {
                    throw endedBeforeConfirmation(e);
                }
            }
        }
    }

    private static SourceStoppedException endedBeforeConfirmation(Exception cause) {
        return new SourceStoppedException(
                "The events are on Kafka, but the source ended before it could read in the registry that no other source"
                        + " had claimed the queue. Read the registry to find the queue's owner.",
                cause);
    }

    /** Waits before the registry is read again; false at the end. */
    private boolean backOff(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (left > 0 && phase == Phase.OPEN) {
                left = changed.awaitNanos(left);
            }
            return phase == Phase.OPEN;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOpen() {
        lock.lock();
        try {
            return phase == Phase.OPEN;
        } finally {
            lock.unlock();
        }
    }
}
