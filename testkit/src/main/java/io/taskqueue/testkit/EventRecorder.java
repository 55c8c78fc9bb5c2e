package io.taskqueue.testkit;

import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The journal of a queue whose events are recorded: keeps them in order, and has room for all. The queue calls it inside its lock, also on
 * its own thread.
 */
final class EventRecorder<T> implements Journal<T> {

    /** An event as the queue emitted it, with the payload as it was encoded. */
    static final class Emitted<T> {

        final TaskEvent<T> change;
        final byte[] payload;

        Emitted(TaskEvent<T> change, byte[] payload) {
            this.change = change;
            this.payload = payload;
        }
    }

    private final long epoch;
    private final Function<T, byte[]> encoder;
    private final List<Emitted<T>> emitted = new ArrayList<>();

    /** @param encoder encodes payloads; what it throws refuses the enqueue */
    EventRecorder(long epoch, Function<T, byte[]> encoder) {
        this.epoch = epoch;
        this.encoder = encoder;
    }

    /** What was emitted since the last call. */
    synchronized List<Emitted<T>> takeEmitted() {
        List<Emitted<T>> taken = List.copyOf(emitted);
        emitted.clear();
        return taken;
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public byte[] encode(T payload) {
        return encoder.apply(payload);
    }

    @Override
    public boolean reserve(int places, long timeoutNanos) {
        return true;
    }

    @Override
    public void release(int places) {}

    @Override
    public void endWaiting() {}

    @Override
    public synchronized void append(TaskEvent<T> event, byte[] payload, boolean reserved) {
        emitted.add(new Emitted<>(event, payload));
    }
}
