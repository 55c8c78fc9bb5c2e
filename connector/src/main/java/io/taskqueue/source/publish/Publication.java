package io.taskqueue.source.publish;

import io.taskqueue.event.ReplicationEvent;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The events of one queue on their way to Kafka: its buffer, how its records are made, who is notified; and when its next turn at the
 * producer is.
 *
 * <pre>
 *   IDLE ---- an event is appended ----&gt; READY ---- turn ----&gt; IDLE, READY, or waits for room in its partition
 *     ^                                                          |
 *     +---- back-off has ended ---- PAUSED &lt;---- refused --------+
 * </pre>
 *
 * <p>Ends once, from whichever state.
 */
public final class Publication<T> {

    /** Is notified of what happens to the events of a queue; on the publisher's thread, or on the producer's. */
    public interface Listener<T> {

        /**
         * Kafka acknowledged the event; called once for each, in order, on the producer's thread.
         *
         * @param offset its offset in the partition, or -1 if Kafka did not state it
         */
        void acknowledged(ReplicationEvent<T> event, long offset);

        /** The producer failed, with events of the queue or for all queues, and will be replaced. */
        void retrying(String error);

        /** No more events of the queue are sent, because one cannot be encoded. */
        void failed(RuntimeException cause);

        /** No more events are sent: all that the buffer holds is acknowledged, and the next event was lost before it was in the buffer. */
        void lost(Throwable cause);
    }

    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_DOUBLINGS = 6;

    private final EventBuffer<T> buffer;
    private final EventRecords<T> records;
    private final Listener<T> listener;
    private final AtomicBoolean ready = new AtomicBoolean();
    private final ReentrantLock recording = new ReentrantLock();
    private final Interruptible building = new Interruptible();
    private volatile boolean ended;
    private volatile boolean paused;
    private int refusals;
    private long acknowledgedAtRefusal = -1;

    public Publication(EventBuffer<T> buffer, EventRecords<T> records, Listener<T> listener) {
        this.buffer = buffer;
        this.records = records;
        this.listener = listener;
    }

    EventBuffer<T> buffer() {
        return buffer;
    }

    Listener<T> listener() {
        return listener;
    }

    TopicPartition partition() {
        return records.partition();
    }

    /** It is due for a turn; returns false if it is so already. */
    boolean becomesReady() {
        return ready.compareAndSet(false, true);
    }

    /** Its turn begins; returns whether it may send. */
    boolean beginTurn() {
        ready.set(false); // first: an event that is appended from now on makes it ready again
        return !ended && !paused;
    }

    /** The record of an event; null if the publication has ended. */
    @Nullable
    ProducerRecord<byte[], byte[]> record(BufferedEvent<T> event) {
        recording.lock();
        try {
            building.begin();
            return ended ? null : records.record(event);
        } finally {
            building.end();
            recording.unlock();
        }
    }

    /** Interrupts the building of a record of this queue, which runs the user's code, if one is being built now; and nothing else. */
    void interruptRecord() {
        building.interrupt();
    }

    /** Its event was refused: it pauses. Returns how long; longer each time nothing is acknowledged in between. */
    long pause() {
        long reached = buffer.acknowledgedUpTo().sequence();
        refusals = reached > acknowledgedAtRefusal ? 1 : refusals + 1;
        acknowledgedAtRefusal = reached;
        paused = true;
        return backoff(refusals);
    }

    void resume() {
        paused = false;
    }

    /** How long to wait after that many failures in a row. */
    static long backoff(int failures) {
        return FIRST_BACKOFF_NANOS << Math.min(failures - 1, MOST_DOUBLINGS);
    }

    boolean hasEnded() {
        return ended;
    }

    /** Takes no more turns. */
    void end() {
        ended = true;
    }

    /** Waits until the publisher is not building a record of the queue, which runs the user's code. */
    boolean awaitRecord(Duration grace) throws InterruptedException {
        if (!recording.tryLock(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            return false;
        }
        recording.unlock();
        return true;
    }

    /** Kafka acknowledged an event; returns false if an older one was due. */
    boolean acknowledged(BufferedEvent<T> event, long offset) {
        if (ended) {
            return true;
        }
        if (!buffer.acknowledged(event)) {
            return buffer.isStopped();
        }
        listener.acknowledged(Objects.requireNonNull(event.published), offset);
        return true;
    }
}
