package io.taskqueue.source;

import io.taskqueue.event.Position;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes the futures of {@code replicated()}: when Kafka has acknowledged the events up to a position, and the registry, read
 * to an end that was asked for after that, holds no newer claim. One look at the registry serves all futures that are due.
 */
final class ReplicationGate implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicationGate.class);
    private static final long NOTHING = Long.MAX_VALUE;
    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(2);

    private record Waiting(Position upTo, CompletableFuture<Position> future) {}

    private final Supplier<Position> acknowledged;
    private final RegistryWatch registry;
    private final long epoch;
    private final Consumer<IllegalStateException> onFenced;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private volatile long firstAwaited = NOTHING;
    private boolean ending;
    private @Nullable IllegalStateException ended;

    ReplicationGate(
            Supplier<Position> acknowledged,
            RegistryWatch registry,
            long epoch,
            Consumer<IllegalStateException> onFenced) {
        this.acknowledged = acknowledged;
        this.registry = registry;
        this.epoch = epoch;
        this.onFenced = onFenced;
    }

    /** @param appended asked inside the gate's lock, so that the positions that are waited for rise */
    CompletableFuture<Position> await(Supplier<Position> appended) {
        CompletableFuture<Position> future = new CompletableFuture<>();
        lock.lock();
        try {
            if (ended != null) {
                future.completeExceptionally(ended);
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

    /** Says that more events are acknowledged. Cheap while nobody waits for them. */
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

    /** Looks at the registry once more for what is acknowledged by now, and then lets {@link #run} return. */
    void finish() {
        lock.lock();
        try {
            ending = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Fails every future, those to come too. */
    void end(IllegalStateException cause) {
        List<Waiting> left;
        lock.lock();
        try {
            if (ended != null) {
                return;
            }
            ended = cause;
            ending = true;
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
                // an acknowledgement between the two lines above did not signal
                boolean missed = acknowledged.get().sequence() >= firstAwaited;
                if (!due.isEmpty() || (ending && !missed)) {
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
        Optional<Claim> newer = Optional.empty();
        IllegalStateException failure = null;
        try {
            newer = newerClaim();
        } catch (IllegalStateException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new SourceStoppedException("The registry could not be read: " + e + ".", e);
        } catch (InterruptedException e) {
            IllegalStateException cut = endedBeforeTheRegistryTold(e);
            due.forEach(one -> one.future.completeExceptionally(cut));
            throw e;
        }
        if (newer.isPresent()) {
            failure = new SourceFencedException(newer.get().queueName(), epoch, newer.get());
        }
        if (failure == null) {
            due.forEach(one -> one.future.complete(one.upTo));
            return;
        }
        IllegalStateException cause = failure;
        due.forEach(one -> one.future.completeExceptionally(cause));
        if (!isEnding()) {
            onFenced.accept(cause);
        }
    }

    private Optional<Claim> newerClaim() throws InterruptedException {
        for (long pause = FIRST_BACKOFF_NANOS; ; pause = Math.min(2 * pause, LONGEST_BACKOFF_NANOS)) {
            try {
                return registry.newerClaim();
            } catch (KafkaException e) {
                LOG.warn(
                        "The registry cannot be read at the moment, so replicated() waits; it is tried again: {}",
                        e.toString());
                if (!backOff(pause)) {
                    throw endedBeforeTheRegistryTold(e);
                }
            }
        }
    }

    private static SourceStoppedException endedBeforeTheRegistryTold(Exception cause) {
        return new SourceStoppedException(
                "The events are on Kafka, but the source ended before the registry told that no one else claimed the queue."
                        + " Ask the registry who owns it.",
                cause);
    }

    /** Lets time pass; false at the end. */
    private boolean backOff(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (left > 0 && !ending) {
                left = changed.awaitNanos(left);
            }
            return !ending;
        } finally {
            lock.unlock();
        }
    }

    private boolean isEnding() {
        lock.lock();
        try {
            return ending;
        } finally {
            lock.unlock();
        }
    }
}
