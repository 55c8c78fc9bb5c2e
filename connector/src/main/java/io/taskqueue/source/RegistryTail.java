package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryLostException;
import io.taskqueue.source.registry.RegistryWatch;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.KafkaException;

/**
 * Follows the registry as long as a source runs: reads it to its end each half second, and at once when futures of {@code
 * replicated()} wait for that.
 *
 * <pre>
 *   wait 500 ms, or until futures are due
 *     -&gt; note up to which event Kafka has acknowledged all
 *     -&gt; request the end of the registry, read up to it
 *          no newer claim                             -&gt; the futures up to the noted event complete
 *          Kafka fails                                -&gt; back-off, again
 *          a newer claim, or the own one is not there -&gt; every future fails, the source stops
 *
 *   OPEN ---- finish ----&gt; FINISHING ---- end ----&gt; ENDED
 *     |                                              ^
 *     +-------------------- end ---------------------+
 * </pre>
 *
 * <p>While nothing is written to the registry, a read is one request for its end. {@link #run} is for its own thread; the other
 * methods are thread-safe.
 */
final class RegistryTail implements Runnable {

    /** How long the registry is not read while no future waits for it. */
    static final Duration INTERVAL = Duration.ofMillis(500);

    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What the source does with what the registry contains. All methods are called on the thread of the tail. */
    interface Listener {

        /**
         * The registry was read, and holds no newer claim.
         *
         * @param leasesResumed whether leases are granted again, which were not granted before
         */
        void registryRead(boolean leasesResumed);

        /** The registry cannot be read now; it is read again. */
        void registryUnreadable(KafkaException cause);

        /** The registry holds a newer claim, or can no longer tell who owns the queue. */
        void ownershipLost(IllegalStateException cause);
    }

    private enum Phase {
        OPEN,
        FINISHING,
        ENDED
    }

    private final Claim claim;
    private final RegistryWatch registry;
    private final ReplicationGate gate;
    private final Optional<Duration> limit;
    private final Ticker ticker;
    private final Listener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Phase phase = Phase.OPEN;
    private boolean woken = true; // the first read does not wait
    private volatile long ownedNanos;
    private volatile boolean read;

    /** @param limit how long after the registry was read leases may be granted; empty if that does not limit them */
    RegistryTail(
            Claim claim,
            RegistryWatch registry,
            ReplicationGate gate,
            Optional<Duration> limit,
            Ticker ticker,
            Listener listener) {
        this.claim = claim;
        this.registry = registry;
        this.gate = gate;
        this.limit = limit;
        this.ticker = ticker;
        this.listener = listener;
    }

    /**
     * Whether leases may be granted: always or, with a limit, as long as the registry has shown that this source owned the queue no
     * longer ago than that. Decided when it is asked, so that it is also right when the process was suspended in between.
     */
    boolean grantsLeases() {
        return limit.isEmpty()
                || (read && ticker.nanos() - ownedNanos <= limit.get().toNanos());
    }

    /** Futures are due: the registry is read now. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Reads the registry once more if futures are due, then lets {@link #run} return. */
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
        if (!gate.hasDue()) {
            registry.wakeup();
        }
    }

    /** Lets {@link #run} return. */
    void end() {
        lock.lock();
        try {
            phase = Phase.ENDED;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        registry.wakeup();
    }

    @Override
    public void run() {
        try (registry) {
            long backoff = FIRST_BACKOFF_NANOS;
            while (awaitNext()) {
                backoff = read() ? FIRST_BACKOFF_NANOS : backOff(backoff);
            }
        } catch (InterruptedException e) {
            endUnconfirmed(e);
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the registry is to be read; false at the end. */
    private boolean awaitNext() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = INTERVAL.toNanos();
            while (left > 0 && !woken && phase == Phase.OPEN) {
                left = changed.awaitNanos(left);
            }
            woken = false;
            return phase == Phase.OPEN || (phase == Phase.FINISHING && gate.hasDue());
        } finally {
            lock.unlock();
        }
    }

    /** Waits longer each time, so that a registry that cannot be read is not asked without a pause. */
    private long backOff(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (left > 0 && phase == Phase.OPEN) {
                left = changed.awaitNanos(left);
            }
            woken = true;
            return Math.min(2 * nanos, LONGEST_BACKOFF_NANOS);
        } finally {
            lock.unlock();
        }
    }

    /** Reads the registry; false if Kafka failed. */
    private boolean read() {
        Position upTo = gate.acknowledged();
        long before = ticker.nanos();
        try {
            Optional<Claim> newer = registry.newerClaim();
            if (newer.isPresent()) {
                lose(new SourceFencedException(claim.queueName(), claim.epoch(), newer.get()));
                return true;
            }
        } catch (KafkaException e) {
            unreadable(e);
            return false;
        } catch (RegistryLostException e) {
            lose(new SourceStoppedException(String.valueOf(e.getMessage()), e));
            return true;
        } catch (RuntimeException | Error e) {
            lose(new SourceStoppedException(
                    "The registry could not be read: " + e + ". Fix that error, and start a new source.", e));
            return true;
        }
        boolean suspended = !grantsLeases();
        ownedNanos = before; // behind the end, there may be a newer claim since it was requested
        read = true;
        listener.registryRead(suspended);
        gate.confirm(upTo);
        return true;
    }

    private void unreadable(KafkaException cause) {
        if (isOpen()) {
            listener.registryUnreadable(cause);
        } else {
            endUnconfirmed(cause);
        }
    }

    /** The queue stops first: a future that has failed means that nothing continues. */
    private void lose(IllegalStateException cause) {
        if (isOpen()) {
            listener.ownershipLost(cause);
        }
        gate.end(cause);
        end();
    }

    private void endUnconfirmed(Exception cause) {
        if (gate.hasDue()) {
            gate.end(new SourceStoppedException(
                    "The events are on Kafka, but the source ended before it could read in the registry that no other"
                            + " source had claimed the queue. Read the registry to find the queue's owner.",
                    cause));
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
