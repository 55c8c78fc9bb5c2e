package io.taskqueue.cli.shared;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Reports to a command that the process received SIGTERM or Ctrl-C, and delays the end of the process until the command has
 * stopped in order. Thread-safe.
 *
 * <p>Open it before everything else and close it after everything else: the process may end as soon as it is closed.
 */
public final class ShutdownSignal implements AutoCloseable {

    private final CountDownLatch received = new CountDownLatch(1);
    private final CountDownLatch commandEnded = new CountDownLatch(1);
    private final Thread hook;

    private ShutdownSignal(Duration maxDelay) {
        this.hook = new Thread(
                () -> {
                    received.countDown();
                    try {
                        commandEnded.await(maxDelay.toMillis(), TimeUnit.MILLISECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "shutdown-signal");
    }

    /**
     * Starts to listen for the signal.
     *
     * @param maxDelay how long the process waits for {@link #close()} after the signal
     */
    public static ShutdownSignal listen(Duration maxDelay) {
        ShutdownSignal signal = new ShutdownSignal(maxDelay);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /** Waits for the signal, at most for the timeout; returns whether it was received. */
    public boolean await(Duration timeout) throws InterruptedException {
        return received.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for the signal. */
    public void await() throws InterruptedException {
        received.await();
    }

    /** Reports that the command has ended. */
    @Override
    public void close() {
        commandEnded.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending: the hook is running, and ends because the command ended
            return;
        }
    }
}
