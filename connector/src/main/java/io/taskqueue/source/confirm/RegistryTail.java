package io.taskqueue.source.confirm;

import io.taskqueue.queue.Ticker;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryFollower;
import io.taskqueue.source.registry.RegistryWatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the registry for the sources of a group: reads it to its end each half second, and at once when futures of {@code
 * replicated()} of any queue wait for that. One look at the registry serves all queues.
 *
 * <pre>
 *   wait 500 ms, or until futures are due
 *     -&gt; of each queue with such futures, note up to which event Kafka has acknowledged all
 *     -&gt; request the end of the registry, read up to it
 *          no newer claim                             -&gt; the futures up to the noted events complete; where they were many,
 *                                                       rest for as long as that took, so that the next look serves more
 *          Kafka fails                                -&gt; back-off, again
 *          a newer claim, or the own one is not there -&gt; every future of that queue fails, its source stops
 * </pre>
 *
 * <p>A read costs what has changed, however many queues there are: it notifies those with futures, those that are new, all of them after a read that
 * failed, and those whose leases are limited now and then.
 *
 * <p>While nothing is written to the registry, a read is one request for its end. {@link #run} is for its own thread; the other
 * methods are thread-safe.
 */
public final class RegistryTail implements Runnable {

    /** How long the registry is not read while no future waits for it. */
    public static final Duration INTERVAL = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(RegistryTail.class);
    private static final long LIMITED_NANOS = INTERVAL.toNanos() / 4;

    /** So many futures of one look are more than callers that wait for one another have. */
    private static final int MANY = 16;

    private static final long LONGEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final RegistryWatch registry;
    private final Ticker ticker;
    private final Set<Ownership> owned = ConcurrentHashMap.newKeySet();
    private final Queue<Ownership> due = new ConcurrentLinkedQueue<>();
    private final Queue<Ownership> opened = new ConcurrentLinkedQueue<>();

    /** Those that are notified of the next read: they are new, or were notified of one that failed. For the thread of the tail. */
    private final Set<Ownership> expecting = new LinkedHashSet<>();

    /** Those whose leases are limited by the time of the last read that they were notified of. */
    private final Set<Ownership> limited = ConcurrentHashMap.newKeySet();

    private long limitedNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean woken = true; // the first read does not wait
    private boolean ended;
    private long restNanos; // after the last look; for the thread of run()

    public RegistryTail(RegistryWatch registry, Ticker ticker) {
        this.registry = registry;
        this.ticker = ticker;
        this.limitedNanos = ticker.nanos();
    }

    /** The registry topic. */
    public String topic() {
        return registry.topic();
    }

    /** A queue is about to be claimed; to be called before the registry is read for that. */
    public RegistryFollower expect(String queueName) {
        RegistryFollower follower = new RegistryFollower(queueName);
        registry.follow(follower);
        return follower;
    }

    /** The queue is not claimed after all. */
    public void forget(RegistryFollower follower) {
        registry.unfollow(follower);
    }

    /**
     * A queue is claimed, and its source runs. The registry is read for it at the next time; {@link #readNow} makes that now, once for many.
     *
     * @param from the offset up to which the registry was read for the claim
     */
    public void opened(Ownership ownership, Claim claim, long from) {
        registry.opened(ownership.follower(), claim, from, ownership);
        owned.add(ownership);
        opened.add(ownership);
    }

    /** The registry is read now. */
    public void readNow() {
        wake();
    }

    /** Futures of a queue are due: the registry is read now. */
    public void confirm(Ownership ownership) {
        if (ownership.becomesDue()) {
            due.add(ownership);
            wake();
        }
    }

    /** Reads the registry once more if futures of the queue are due, waits for that no longer than the grace, and follows it no more. */
    public void finish(Ownership ownership, Duration grace) throws InterruptedException {
        try {
            ownership.finish();
            if (ownership.hasDue() && owned.contains(ownership)) {
                confirm(ownership);
                ownership.awaitSettled(grace);
            }
        } finally {
            remove(ownership);
        }
    }

    /** Follows a queue no more. */
    public void remove(Ownership ownership) {
        owned.remove(ownership);
        limited.remove(ownership);
        registry.unfollow(ownership.follower());
        ownership.end();
    }

    /** Lets {@link #run} return. */
    public void close() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        registry.wakeup();
    }

    private void wake() {
        lock.lock();
        try {
            if (!woken) {
                woken = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        try (registry) {
            long backoff = FIRST_BACKOFF_NANOS;
            while (awaitNext()) {
                if (readSafely()) {
                    backoff = FIRST_BACKOFF_NANOS;
                    pause(restNanos);
                } else {
                    backoff = backOff(backoff);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the registry is to be read; false at the end. */
    private boolean awaitNext() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = INTERVAL.toNanos();
            while (left > 0 && !woken && !ended) {
                left = changed.awaitNanos(left);
            }
            woken = false;
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    /** Waits longer each time, so that a registry that cannot be read is not asked without a pause. */
    private long backOff(long nanos) throws InterruptedException {
        pause(nanos);
        wake();
        return Math.min(2 * nanos, LONGEST_BACKOFF_NANOS);
    }

    /** Waits, also if futures become due meanwhile; not beyond the end. */
    private void pause(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (left > 0 && !ended) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Reads the registry; false if that failed, for whatever reason: without this thread, no queue would learn of a newer claim. */
    private boolean readSafely() {
        try {
            return read();
        } catch (RuntimeException | Error e) {
            LOG.error("What the registry of sources contains could not be handled; it is read again.", e);
            return false;
        }
    }

    /** Reads the registry; false if Kafka failed. */
    private boolean read() {
        List<Ownership> confirming = new ArrayList<>();
        for (Ownership next = due.poll(); next != null; next = due.poll()) {
            next.noteAcknowledged();
            confirming.add(next);
        }
        // one that is opened from now on may not be followed up to the end yet
        for (Ownership next = opened.poll(); next != null; next = opened.poll()) {
            expecting.add(next);
        }
        long requested = ticker.nanos();
        try {
            registry.read();
        } catch (KafkaException e) {
            expecting.addAll(owned);
            expecting.removeIf(ownership -> !owned.contains(ownership));
            expecting.forEach(ownership -> notify(ownership, () -> ownership.unreadable(e)));
            confirming.forEach(this::confirm);
            return false;
        } catch (RuntimeException | Error e) {
            List.copyOf(owned).forEach(ownership -> fail(ownership, e));
            return false;
        }
        expecting.stream().filter(Ownership::isLimited).filter(owned::contains).forEach(limited::add);
        expecting.addAll(confirming);
        if (requested - limitedNanos >= LIMITED_NANOS) {
            limitedNanos = requested;
            expecting.addAll(limited);
        }
        int confirmed = 0;
        for (Ownership ownership : expecting) {
            try {
                confirmed += ownership.readBehind(requested);
            } catch (RuntimeException | Error e) {
                fail(ownership, e);
            }
        }
        expecting.clear();
        restNanos = rest(confirmed, ticker.nanos() - requested);
        return true;
    }

    /** What fails for one queue, such as a meter of the application or for want of memory, fails that queue only. */
    private void notify(Ownership ownership, Runnable notification) {
        try {
            notification.run();
        } catch (RuntimeException | Error e) {
            fail(ownership, e);
        }
    }

    private void fail(Ownership ownership, Throwable cause) {
        try {
            ownership.failed(cause);
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "The source of queue {} could not be stopped, after what the registry contains could not be handled.",
                    ownership.follower().queueName(),
                    e);
        } finally {
            remove(ownership);
        }
    }

    /**
     * How long to rest after a look, so that under load half of the time at most is spent on looks, each of which serves all futures that became
     * due meanwhile.
     *
     * @param confirmed how many futures it confirmed
     * @param nanos how long it took
     */
    static long rest(int confirmed, long nanos) {
        return confirmed < MANY ? 0 : Math.max(0, Math.min(nanos, LONGEST_REST_NANOS));
    }
}
