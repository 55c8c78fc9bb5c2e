package io.taskqueue.cli.shared;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;

/**
 * Reports to a command that the process received SIGTERM or Ctrl-C, and delays the end of the process until the command has
 * stopped in order. Thread-safe.
 *
 * <p>Open it before everything else and close it after everything else: the process may end as soon as it is closed.
 */
public final class ShutdownSignal implements AutoCloseable {

    /** SIGINT, SIGTERM and SIGHUP, the signals for which the JVM runs shutdown hooks. */
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(100);

    private final Duration maxDelay;
    private final CountDownLatch received = new CountDownLatch(1);
    private final CountDownLatch repeated = new CountDownLatch(1);
    private final CountDownLatch commandEnded = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean unlimited;
    private volatile OptionalInt exitCode = OptionalInt.empty();

    private ShutdownSignal(Duration maxDelay) {
        this.maxDelay = maxDelay;
        this.hook = new Thread(this::delayEnd, "shutdown-signal");
    }

    private void delayEnd() {
        // from now on the JVM itself does not react to a signal any more
        SIGNALS.forEach(signal -> Signals.register(signal, repeated::countDown));
        received.countDown();
        awaitEnd();
        // everything that the command had to do is done, and the JVM knows no other way to end with another code after
        // a signal
        exitCode.ifPresent(Runtime.getRuntime()::halt);
    }

    private void awaitEnd() {
        try {
            while (unlimited && !isRepeated()) {
                if (commandEnded.await(CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            commandEnded.await(maxDelay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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

    /** Whether the signal was received. */
    public boolean isReceived() {
        return received.getCount() == 0;
    }

    /** Whether the signal was received a second time: the user does not want to wait any more. */
    public boolean isRepeated() {
        return repeated.getCount() == 0;
    }

    /**
     * From now on the process waits for {@link #close()} without limit after the signal, and for the delay only after a second one.
     * For a command that reacts to both at any time from now on.
     */
    public void waitWithoutLimit() {
        unlimited = true;
    }

    /**
     * Ends the process with this code after a signal, instead of with that of the signal: for a command for which the signal is the way
     * to complete. Call it last before {@link #close()}, when the command's output is written.
     */
    public void exitWith(int code) {
        exitCode = OptionalInt.of(code);
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
