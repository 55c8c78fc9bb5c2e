package io.taskqueue.http;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bounded buffer of one client, in order. Any thread adds events without waiting; the thread of the client's request takes them.
 *
 * <pre>
 *   open --full--> overflowed
 *     \--close---> closed
 * </pre>
 *
 * <p>When it is no longer open, its content is dropped: a stream with missing events must end.
 */
final class ClientBuffer {

    private enum State {
        OPEN,
        OVERFLOWED,
        CLOSED
    }

    /** The size up to which events are written together. */
    private static final int CHUNK_BYTES = 64 * 1024;

    private final int maxEvents;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> events = new ArrayDeque<>();
    private long bytes;
    private State state = State.OPEN;

    ClientBuffer(int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** Adds an event; returns false exactly once, when the buffer overflows. */
    boolean offer(byte[] event) {
        lock.lock();
        try {
            if (state != State.OPEN) {
                return true;
            }
            boolean full = events.size() >= maxEvents || bytes + event.length > maxBytes;
            if (full) {
                end(State.OVERFLOWED);
            } else {
                events.add(event);
                bytes += event.length;
                changed.signal();
            }
            return !full;
        } finally {
            lock.unlock();
        }
    }

    /** The next bytes to write, after waiting at most for the timeout: an empty array if there are none, empty if no longer open. */
    Optional<byte[]> take(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = timeout.toNanos();
            while (state == State.OPEN && events.isEmpty() && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return state == State.OPEN ? Optional.of(chunk()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Closes it; a thread that waits in {@link #take} returns at once. */
    void close() {
        lock.lock();
        try {
            if (state == State.OPEN) {
                end(State.CLOSED);
            }
        } finally {
            lock.unlock();
        }
    }

    private void end(State end) {
        state = end;
        events.clear();
        bytes = 0;
        changed.signalAll();
    }

    private byte[] chunk() {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        while (!events.isEmpty() && (chunk.size() == 0 || chunk.size() + events.element().length <= CHUNK_BYTES)) {
            byte[] event = events.remove();
            bytes -= event.length;
            chunk.writeBytes(event);
        }
        return chunk.toByteArray();
    }
}
