package io.taskqueue.queue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A broker that takes its time: acknowledges a few events, pauses, and so on until closed. */
final class Acknowledger implements AutoCloseable {

    private final Thread thread;
    private volatile boolean closed;

    Acknowledger(BoundedJournal journal, int events, int pauseMicros) {
        thread = new Thread(() -> {
            while (!closed) {
                journal.acknowledge(events);
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(pauseMicros));
            }
        });
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
