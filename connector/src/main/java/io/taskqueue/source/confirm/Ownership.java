package io.taskqueue.source.confirm;

import io.taskqueue.queue.Ticker;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryFollower;
import io.taskqueue.source.registry.RegistryLostException;
import io.taskqueue.source.registry.RegistryRecord;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * Whether a source still owns its queue, as the registry shows it, and what follows from that: futures are confirmed, leases are granted.
 *
 * <pre>
 *   OPEN ---- finish ----&gt; FINISHING ---- end ----&gt; ENDED
 *     |                                              ^
 *     +-------------------- end ---------------------+
 * </pre>
 *
 * <p>Thread-safe; {@link RegistryTail} calls it on its thread.
 */
public final class Ownership implements RegistryFollower.Listener {

    /** What the source does with what the registry contains. All methods are called on the thread of the tail. */
    public interface Listener {

        /**
         * The registry was read, and holds no newer claim.
         *
         * @param leasesResumed whether leases are granted again, which were not granted before
         */
        void registryRead(boolean leasesResumed);

        /** The registry cannot be read now; it is read again. */
        void registryUnreadable(KafkaException cause);

        /** The registry holds a newer claim. */
        void superseded(Claim newer);

        /** The registry can no longer tell who owns the queue. */
        void registryLost(String reason, Throwable cause);

        /** The source has ended, and the registry cannot be read: futures that wait for that fail. */
        void unconfirmed(Exception cause);
    }

    private enum Phase {
        OPEN,
        FINISHING,
        ENDED
    }

    private static final long NOTHING = -1;

    private final RegistryFollower follower;
    private final ReplicationGate gate;
    private final Optional<Duration> limit;
    private final Ticker ticker;
    private final Listener listener;
    private final Consumer<RegistryRecord> records;
    private final AtomicBoolean due = new AtomicBoolean();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition settled = lock.newCondition();
    private Phase phase = Phase.OPEN;
    private long noted = NOTHING;
    private volatile long ownedNanos;
    private volatile boolean read;

    /**
     * @param limit how long after the registry was read leases may be granted; empty if that does not limit them
     * @param records is given the records about the queue that are not claims
     */
    public Ownership(
            RegistryFollower follower,
            ReplicationGate gate,
            Optional<Duration> limit,
            Ticker ticker,
            Listener listener,
            Consumer<RegistryRecord> records) {
        this.follower = follower;
        this.gate = gate;
        this.limit = limit;
        this.ticker = ticker;
        this.listener = listener;
        this.records = records;
    }

    RegistryFollower follower() {
        return follower;
    }

    /**
     * Whether leases may be granted: always or, with a limit, as long as the registry has shown that this source owned the queue no
     * longer ago than that. Decided when it is asked, so that it is also right when the process was suspended in between.
     */
    public boolean grantsLeases() {
        return limit.isEmpty()
                || (read && ticker.nanos() - ownedNanos <= limit.get().toNanos());
    }

    /** Whether leases depend on the time of the last read. */
    boolean isLimited() {
        return limit.isPresent();
    }

    /** Futures are due; returns false if that was known already. */
    boolean becomesDue() {
        return due.compareAndSet(false, true);
    }

    /** Notes up to which event Kafka has acknowledged all: the end of the registry is requested after that. */
    void noteAcknowledged() {
        due.set(false);
        noted = gate.acknowledged();
    }

    /**
     * The registry was read, to an end requested after {@link #noteAcknowledged} where that was called.
     *
     * @return how many futures complete
     */
    int readBehind(long requestedNanos) {
        if (hasEnded()) {
            return 0; // as during this read: nothing is confirmed of a queue that has another owner
        }
        boolean suspended = !grantsLeases();
        ownedNanos = requestedNanos; // behind the end, there may be a newer claim since it was requested
        read = true;
        if (isOpen()) {
            listener.registryRead(suspended);
        }
        long upTo = noted;
        if (upTo == NOTHING) {
            return 0;
        }
        noted = NOTHING;
        int confirmed = gate.confirm(upTo);
        settled();
        return confirmed;
    }

    void unreadable(KafkaException cause) {
        if (isOpen()) {
            listener.registryUnreadable(cause);
        } else {
            listener.unconfirmed(cause);
            settled();
        }
    }

    void failed(Throwable cause) {
        listener.registryLost(
                "The registry could not be read: " + cause + ". Fix that error, and start a new source.", cause);
        end();
    }

    @Override
    public void record(RegistryRecord record) {
        records.accept(record);
    }

    @Override
    public void superseded(Claim newer) {
        listener.superseded(newer);
        end();
    }

    @Override
    public void lost(RegistryLostException cause) {
        listener.registryLost(String.valueOf(cause.getMessage()), cause);
        end();
    }

    /** Whether futures wait for nothing but the registry. */
    boolean hasDue() {
        return gate.hasDue();
    }

    /** The source is being closed: what is due is confirmed, and what cannot be confirmed now fails. */
    void finish() {
        lock.lock();
        try {
            if (phase == Phase.OPEN) {
                phase = Phase.FINISHING;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is due, no longer than the grace. */
    void awaitSettled(Duration grace) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = grace.toNanos();
            while (left > 0 && phase == Phase.FINISHING && gate.hasDue()) {
                left = settled.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            phase = Phase.ENDED;
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean hasEnded() {
        lock.lock();
        try {
            return phase == Phase.ENDED;
        } finally {
            lock.unlock();
        }
    }

    private void settled() {
        lock.lock();
        try {
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the source is not being closed, so that its queue is to be stopped if it is owned no more. */
    public boolean isOpen() {
        lock.lock();
        try {
            return phase == Phase.OPEN;
        } finally {
            lock.unlock();
        }
    }
}
