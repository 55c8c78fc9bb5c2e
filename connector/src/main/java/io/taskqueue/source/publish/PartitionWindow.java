package io.taskqueue.source.publish;

import io.taskqueue.queue.Ticker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one producer holds of one partition, and the queues that wait because it may hold no more.
 *
 * <pre>
 *   NEW ----- first event sent, alone ----&gt; PROVING ----- acknowledged ----&gt; OPEN
 *    ^                                                                        |
 *    +------------------------- an hour without an event ---------------------+
 * </pre>
 *
 * <p>An idempotent producer keeps the order of several requests in flight, because the broker knows the number of its last batch. Of a
 * producer that is new to the partition, or that was silent for a day, it knows none, and would accept a second batch after refusing the
 * first. So the first event is sent alone, and so is one after a long silence.
 *
 * <p>An open window admits events while the producer holds less than a limit: a partition that acknowledges nothing must not fill the memory
 * of a producer that serves others. {@link #acknowledged} is called on the producer's thread and {@link #isStalled} on a timer's; the other
 * methods are for the publisher's thread.
 */
final class PartitionWindow {

    private static final long LONG_SILENCE_NANOS = TimeUnit.HOURS.toNanos(1);

    private enum Phase {
        NEW,
        PROVING,
        OPEN
    }

    private final Ticker ticker;
    private final AtomicLong bytes = new AtomicLong();
    private final Deque<Publication<?>> waiting = new ArrayDeque<>();
    private volatile Phase phase = Phase.NEW;
    private volatile long limit;
    private volatile boolean blocks;
    private final AtomicLong acknowledged = new AtomicLong();
    private long lastSentNanos;
    private long checked;
    private int checksWithoutProgress;

    PartitionWindow(Ticker ticker) {
        this.ticker = ticker;
    }

    /** How many bytes may be sent now; 0 if none. While the window is not open, one event may be sent if anything may. */
    long room(long newLimit) {
        limit = newLimit;
        if (phase == Phase.OPEN && bytes.get() == 0 && ticker.nanos() - lastSentNanos > LONG_SILENCE_NANOS) {
            phase = Phase.NEW;
        }
        if (phase == Phase.PROVING && bytes.get() == 0) {
            phase = Phase.OPEN;
        }
        return switch (phase) {
            case NEW -> newLimit;
            case PROVING -> 0;
            case OPEN -> Math.max(0, newLimit - bytes.get());
        };
    }

    /** Whether events follow one another without waiting for acknowledgements. */
    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    /** An event is about to be passed to the producer. */
    void sending(int size) {
        if (phase == Phase.NEW) {
            phase = Phase.PROVING;
        }
        long unused = bytes.addAndGet(size);
    }

    /** A turn of a queue has ended. */
    void sent() {
        lastSentNanos = ticker.nanos();
    }

    /** Kafka acknowledged an event; returns whether queues that wait may continue. */
    boolean acknowledged(int size) {
        long left = bytes.addAndGet(-size);
        long unused = acknowledged.incrementAndGet();
        return blocks && left <= (phase == Phase.OPEN ? limit / 2 : 0);
    }

    /** A queue waits; returns false if it need not, because room was made meanwhile. */
    boolean await(Publication<?> publication) {
        waiting.add(publication);
        blocks = true;
        if (bytes.get() > 0) {
            return true;
        }
        waiting.removeLast();
        blocks = !waiting.isEmpty();
        return false;
    }

    /** The queues that may continue, in the order in which they came. */
    Deque<Publication<?>> resume() {
        blocks = false;
        Deque<Publication<?>> resumed = new ArrayDeque<>(waiting);
        waiting.clear();
        return resumed;
    }

    /** Whether the producer holds events and has got no acknowledgement since that many calls. */
    boolean isStalled(int calls) {
        long now = acknowledged.get();
        if (now != checked || bytes.get() == 0) {
            checked = now;
            checksWithoutProgress = 0;
            return false;
        }
        return ++checksWithoutProgress >= calls;
    }
}
