package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryLostException;
import io.taskqueue.source.registry.RegistryWatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Completes the futures of {@code replicated()}: when Kafka has acknowledged the events up to a position, and the registry, read
 * to an end that was requested after that, holds no newer claim. One read of the registry serves all futures that are due.
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
    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(2);

    private enum Phase {
        OPEN,
        FINISHING,
        ENDED
    }

    private record Waiting(Position upTo, CompletableFuture<Position> future) {}

    private final Supplier<Position> acknowledged;
    private final RegistryWatch registry;
    private final long epoch;
    private final Consumer<IllegalStateException> onOwnershipLost;
    private final Consumer<Optional<KafkaException>> onRegistryRead;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private volatile long firstAwaited = NOTHING;
    private Phase phase = Phase.OPEN;
    private @Nullable IllegalStateException endCause;

    /**
     * @param onOwnershipLost called when the registry holds a newer claim, or can no longer tell who owns the queue
     * @param onRegistryRead called after each attempt to read the registry, with its failure if it failed
     */
    ReplicationGate(
            Supplier<Position> acknowledged,
            RegistryWatch registry,
            long epoch,
            Consumer<IllegalStateException> onOwnershipLost,
            Consumer<Optional<KafkaException>> onRegistryRead) {
        this.acknowledged = acknowledged;
        this.registry = registry;
        this.epoch = epoch;
        this.onOwnershipLost = onOwnershipLost;
        this.onRegistryRead = onRegistryRead;
    }

    /** @param appended called inside the gate's lock, so that positions are awaited in rising order */
    CompletableFuture<Position> await(Supplier<Position> appended) {
        CompletableFuture<Position> future = new CompletableFuture<>();
        lock.lock();
        try {
            if (endCause != null) {
                future.completeExceptionally(endCause);
                return future;
            }
            while (!waiting.isEmpty() && waiting.element().future.isDone()) {
                waiting.remove();
            }
            waiting.add(new Waiting(appended.get(), future));
            firstAwaited = waiting.element().upTo.sequence();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return future;
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
        left.forEach(one -> one.future.completeExceptionally(cause));
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
                while (!waiting.isEmpty() && waiting.element().upTo.sequence() <= reached) {
                    due.add(waiting.remove());
                }
                firstAwaited =
                        waiting.isEmpty() ? NOTHING : waiting.element().upTo.sequence();
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
                    .<IllegalStateException>map(newer -> new SourceFencedException(newer.queueName(), epoch, newer))
                    .orElse(null);
        } catch (RegistryLostException e) {
            failure = new SourceStoppedException(String.valueOf(e.getMessage()), e);
        } catch (IllegalStateException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new SourceStoppedException(
                    "The registry could not be read: " + e + ". Fix that error, and start a new source.", e);
        } catch (InterruptedException e) {
            IllegalStateException unconfirmed = endedBeforeConfirmation(e);
            due.forEach(one -> one.future.completeExceptionally(unconfirmed));
            throw e;
        }
        if (failure == null) {
            due.forEach(one -> one.future.complete(one.upTo));
            return;
        }
        IllegalStateException cause = failure;
        due.forEach(one -> one.future.completeExceptionally(cause));
        if (isOpen()) {
            onOwnershipLost.accept(cause);
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
