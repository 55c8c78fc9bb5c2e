package io.taskqueue.streams.partition;

import io.taskqueue.config.DurationText;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs attempts that failed and are repeated: from the second failed attempt at an event on, and at most once a minute, with the number
 * of those in between. A single failure that the next attempt repairs is not logged. Thread-safe.
 */
final class AttemptLog {

    private static final Logger LOG = LoggerFactory.getLogger(AttemptLog.class);
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final int FIRST_LOGGED = 2;

    private final String sink;
    private final Ticker ticker;
    private long notLogged;
    private long nextAt;
    private boolean begun;

    AttemptLog(String sink, Ticker ticker) {
        this.sink = sink;
        this.ticker = ticker;
    }

    /**
     * An attempt failed and is repeated.
     *
     * @param event what is attempted, for the message
     * @param attempts how many attempts have failed
     * @param most how many there may be
     */
    void failed(Object event, int attempts, int most, Duration delay, Throwable cause) {
        if (attempts < FIRST_LOGGED) {
            return;
        }
        long others;
        synchronized (this) {
            long now = ticker.nanos();
            if (begun && now - nextAt < 0) {
                notLogged++;
                return;
            }
            begun = true;
            nextAt = now + INTERVAL.toNanos();
            others = notLogged;
            notLogged = 0;
        }
        LOG.warn(
                "Sink {}: attempt {} of {} at {} failed and is repeated after {} ({} more failed since the last such line): {}",
                sink,
                attempts,
                most,
                event,
                DurationText.of(delay),
                others,
                TaskError.of(cause).message());
    }
}
