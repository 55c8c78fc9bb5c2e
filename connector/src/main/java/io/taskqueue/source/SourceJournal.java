package io.taskqueue.source;

import io.micrometer.core.instrument.Counter;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.Journal;

/** What the queue sees of its source. */
final class SourceJournal<T> implements Journal<T> {

    private final long epoch;
    private final PayloadGate<T> payloads;
    private final EventBuffer<T> buffer;
    private final Counter leasesExpired;

    SourceJournal(long epoch, PayloadGate<T> payloads, EventBuffer<T> buffer, Counter leasesExpired) {
        this.epoch = epoch;
        this.payloads = payloads;
        this.buffer = buffer;
        this.leasesExpired = leasesExpired;
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public byte[] encode(T payload) {
        return payloads.encode(payload);
    }

    @Override
    public boolean reserve(int places, long timeoutNanos) throws InterruptedException {
        return buffer.reserve(places, timeoutNanos);
    }

    @Override
    public void release(int places) {
        buffer.release(places);
    }

    @Override
    public void endWaiting() {
        buffer.endWaiting();
    }

    @Override
    public void append(TaskEvent<T> event, byte[] payload, boolean reserved) {
        buffer.append(event, payload, reserved);
        if (event.kind() == EventKind.LEASE_EXPIRED) {
            leasesExpired.increment();
        }
    }
}
