package io.taskqueue.source;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a source is doing, see {@link SourceState}, since when, and what went wrong last. Thread-safe. */
final class SourceStatus {

    /** An event that waits longer than this for its acknowledgement says that Kafka does not take them. */
    private static final Duration LATE = Duration.ofSeconds(5);

    private final Clock clock;
    private Instant since;
    private @Nullable Instant retryingSince;
    private @Nullable SourceState end;
    private @Nullable String lastError;
    private volatile boolean retrying;

    SourceStatus(Clock clock) {
        this.clock = clock;
        this.since = clock.instant();
    }

    /** A state and since when. */
    record Standing(SourceState state, Instant since) {}

    synchronized void retrying(String error) {
        lastError = error;
        if (retryingSince == null) {
            retryingSince = clock.instant();
        }
        retrying = true;
    }

    /** Returns whether that ended a time of trying again. */
    boolean acknowledged() {
        if (!retrying) {
            return false;
        }
        synchronized (this) {
            boolean again = retryingSince != null;
            retrying = false;
            retryingSince = null;
            if (again && end == null) {
                since = clock.instant();
            }
            return again;
        }
    }

    /** Returns false if the source has ended before. */
    synchronized boolean end(SourceState state, @Nullable String error) {
        if (end != null) {
            return false;
        }
        end = state;
        since = clock.instant();
        if (error != null) {
            lastError = error;
        }
        return true;
    }

    /** @param oldestWaiting when the oldest event that is not acknowledged was taken */
    synchronized Standing standing(Optional<Instant> oldestWaiting) {
        if (end != null) {
            return new Standing(end, since);
        }
        if (retryingSince != null) {
            return new Standing(SourceState.RETRYING, retryingSince);
        }
        return oldestWaiting
                .filter(taken -> taken.plus(LATE).isBefore(clock.instant()))
                .map(taken -> new Standing(SourceState.RETRYING, taken))
                .orElseGet(() -> new Standing(SourceState.RUNNING, since));
    }

    synchronized Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }
}
