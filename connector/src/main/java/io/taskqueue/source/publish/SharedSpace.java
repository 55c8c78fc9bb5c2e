package io.taskqueue.source.publish;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that the buffers of a group may hold together. Half of them are for whichever queue needs them; of the other half each queue has
 * an equal part, which it can use while the first half is taken: so a queue whose events do not reach Kafka stops no other. Thread-safe.
 */
public final class SharedSpace {

    private final long half;
    private final AtomicLong taken = new AtomicLong();
    private final AtomicInteger queues = new AtomicInteger();
    private final Queue<EventBuffer<?>> waiting = new ConcurrentLinkedQueue<>();

    public SharedSpace(long maxBytes) {
        this.half = Math.max(1, maxBytes / 2);
    }

    void joined() {
        int unused = queues.incrementAndGet();
    }

    void left(long bytes) {
        int unused = queues.decrementAndGet();
        take(-bytes);
    }

    void take(long bytes) {
        long unused = taken.addAndGet(bytes);
    }

    /** Whether a queue that holds so many bytes may hold more. */
    boolean admits(long bytes) {
        return taken.get() < half || bytes < half / Math.max(1, queues.get());
    }

    /** Calls of a buffer wait; to be called before they check for the last time whether they have to. */
    void awaitRoom(EventBuffer<?> buffer) {
        waiting.add(buffer);
    }

    /** Room may have been made; called without the lock of a buffer. */
    void grant() {
        if (waiting.isEmpty() || taken.get() >= half) {
            return;
        }
        for (int left = waiting.size(); left > 0; left--) {
            EventBuffer<?> next = waiting.poll();
            if (next != null && next.grant()) {
                waiting.add(next);
            }
        }
    }
}
