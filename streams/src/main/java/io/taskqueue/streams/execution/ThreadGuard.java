package io.taskqueue.streams.execution;

import io.taskqueue.sink.SinkStoppedException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ended the work of a thread that belongs to a sink, other than its stream thread: an {@link OutOfMemoryError}, a missing class, a
 * defect. An executor would keep it to itself, and the sink would wait forever for what that thread had to do. So the stream thread
 * throws it in its next poll, which ends the sink. Thread-safe.
 */
public final class ThreadGuard {

    private static final Logger LOG = LoggerFactory.getLogger(ThreadGuard.class);

    private final String sink;
    private final AtomicReference<@Nullable SinkStoppedException> first = new AtomicReference<>();

    /** @param sink the sink's name */
    public ThreadGuard(String sink) {
        this.sink = sink;
    }

    /** The same work, whose failure is reported. */
    public Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (Throwable thrown) { // whatever it is, no other thread continues this work
                report(Thread.currentThread(), thrown);
            }
        };
    }

    /** Reports what a thread threw. */
    public void report(Thread thread, Throwable thrown) {
        SinkStoppedException reason = new SinkStoppedException(
                "Sink " + sink + " stopped because its thread " + thread.getName() + " failed: " + thrown
                        + ". What was not committed is applied again at the next start. Find the cause in the log, fix it,"
                        + " and start the sink again.",
                thrown);
        if (first.compareAndSet(null, reason)) {
            LOG.error("{}", reason.getMessage(), thrown);
        }
    }

    /**
     * Called by the stream thread before each poll.
     *
     * @throws SinkStoppedException if a thread has failed
     */
    public void check() {
        SinkStoppedException reason = first.get();
        if (reason != null) {
            throw reason;
        }
    }
}
