package io.taskqueue.cli.shared;

import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits for a state that another process produces, by reading it repeatedly.
 *
 * @param ticker measures the time waited
 */
public record StatePoller(Ticker ticker) {

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(5);

    /**
     * Reads the state at least once, and until it is the expected one, the timeout has passed, or the process is asked to end.
     *
     * @return the state as last read
     */
    public <T> T poll(Supplier<T> state, Predicate<T> expected, Duration timeout) throws InterruptedException {
        long begin = ticker.nanos();
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY)) {
            T latest = state.get();
            while (!expected.test(latest) && ticker.nanos() - begin < timeout.toNanos() && !shutdown.await(INTERVAL)) {
                latest = state.get();
            }
            return latest;
        }
    }
}
