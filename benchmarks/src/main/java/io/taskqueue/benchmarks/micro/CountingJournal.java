package io.taskqueue.benchmarks.micro;

import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.Journal;
import java.nio.charset.StandardCharsets;

/** A journal that always has room, encodes nothing and only counts, so that the cost of having a journal remains. */
final class CountingJournal implements Journal<String> {

    private final byte[] encoded;
    private long events;

    CountingJournal(String payload) {
        this.encoded = payload.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long epoch() {
        return 1;
    }

    @Override
    public byte[] encode(String payload) {
        return encoded;
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
    public void append(TaskEvent<String> event, byte[] payload, boolean reserved) {
        events++;
    }

    @Override
    public String toString() {
        return events + " events";
    }
}
