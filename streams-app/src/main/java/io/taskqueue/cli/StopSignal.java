package io.taskqueue.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells a command that the process is asked to end (Ctrl-C, SIGTERM), and lets the process wait until the command has ended in
 * order. Thread-safe.
 */
final class StopSignal implements AutoCloseable {

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    private StopSignal(Duration patience) {
        this.hook = new Thread(
                () -> {
                    asked.countDown();
                    try {
                        ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "stop-signal");
    }

    /**
     * Listens from now on.
     *
     * @param patience how long the process waits for {@link #close()} once it is asked to end
     */
    static StopSignal listen(Duration patience) {
        StopSignal signal = new StopSignal(patience);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /** Waits until the process is asked to end, but no longer than told; says whether it is. */
    boolean await(Duration timeout) throws InterruptedException {
        return asked.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits until the process is asked to end. */
    void await() throws InterruptedException {
        asked.await();
    }

    /** The command has ended. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending: the hook has run, or sees that the command ended
            return;
        }
    }
}
