package io.taskqueue.diagnostics;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for one watcher, in order and bounded. Any thread puts in without waiting, the watcher's own takes out.
 *
 * <pre>
 *   open --full--> overflowed
 *     \--close---> closed
 * </pre>
 *
 * Once it is no longer open, what waits is dropped: a stream with a hole in it must end.
 */
final class Outbox {

    private enum State {
        OPEN,
        OVERFLOWED,
        CLOSED
    }

    /** How much is written at once. */
    private static final int CHUNK_BYTES = 64 * 1024;

    private final int maxFrames;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> frames = new ArrayDeque<>();
    private long bytes;
    private State state = State.OPEN;

    Outbox(int maxFrames, long maxBytes) {
        this.maxFrames = maxFrames;
        this.maxBytes = maxBytes;
    }

    /** Puts a frame in; returns false exactly once, when that made it overflow. */
    boolean offer(byte[] frame) {
        lock.lock();
        try {
            if (state != State.OPEN) {
                return true;
            }
            boolean full = frames.size() >= maxFrames || bytes + frame.length > maxBytes;
            if (full) {
                end(State.OVERFLOWED);
            } else {
                frames.add(frame);
                bytes += frame.length;
                changed.signal();
            }
            return !full;
        } finally {
            lock.unlock();
        }
    }

    /** The next bytes to write, waited for no longer than told: empty bytes if none came, nothing if it is no longer open. */
    Optional<byte[]> take(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = timeout.toNanos();
            while (state == State.OPEN && frames.isEmpty() && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return state == State.OPEN ? Optional.of(chunk()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Ends it; the taker returns at once. */
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
        frames.clear();
        bytes = 0;
        changed.signalAll();
    }

    private byte[] chunk() {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        while (!frames.isEmpty() && (chunk.size() == 0 || chunk.size() + frames.element().length <= CHUNK_BYTES)) {
            byte[] frame = frames.remove();
            bytes -= frame.length;
            chunk.writeBytes(frame);
        }
        return chunk.toByteArray();
    }
}
