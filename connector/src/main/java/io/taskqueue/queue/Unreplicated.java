package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;

/** The journal of a queue that has none: endless room, and nothing is kept. */
final class Unreplicated<T> implements Journal<T> {

    private static final byte[] NOTHING = new byte[0];

    @Override
    public long epoch() {
        return 0;
    }

    @Override
    public byte[] encode(T payload) {
        return NOTHING;
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
    public void append(TaskEvent<T> event, byte[] payload, boolean reserved) {}
}
