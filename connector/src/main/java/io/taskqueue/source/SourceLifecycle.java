package io.taskqueue.source;

import io.taskqueue.source.publish.EventBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lifecycle of a source, and the only place that changes it. Thread-safe.
 *
 * <pre>
 *   OPEN ----- close ----&gt; CLOSING ----- closed ----&gt; CLOSED
 *     |                      |
 *     +---- fence, fail -----+----------------------&gt; FENCED, FAILED
 * </pre>
 *
 * <p>While it is open or closing, an outage of Kafka begins with {@link #retrying} and ends with {@link #acknowledged}. What a
 * user sees of both is {@link SourceState}: RUNNING, or RETRYING during an outage, until the source has ended.
 *
 * <p>A transition that is not drawn is refused: its method returns false and nothing changes. The threads of a source are released
 * once, by the first {@link #close}, also if the source has ended by then.
 */
final class SourceLifecycle {

    /** An event that waits longer than this for its acknowledgement is an outage, although no error was reported. */
    private static final Duration LATE = Duration.ofSeconds(5);

    private enum Phase {
        OPEN,
        CLOSING,
        CLOSED,
        FENCED,
        FAILED;

        private Set<Phase> next() {
            return switch (this) {
                case OPEN -> EnumSet.of(CLOSING, FENCED, FAILED);
                case CLOSING -> EnumSet.of(CLOSED, FENCED, FAILED);
                case CLOSED, FENCED, FAILED -> EnumSet.noneOf(Phase.class);
            };
        }
    }

    /** A state and since when. */
    record Standing(SourceState state, Instant since) {}

    private final Clock clock;
    private Phase phase = Phase.OPEN;
    private boolean closeCalled;
    private Instant since;
    private @Nullable String lastError;

    /** When the current outage began; volatile, so that an acknowledgement outside an outage takes no lock. */
    private volatile @Nullable Instant outageSince;

    SourceLifecycle(Clock clock) {
        this.clock = clock;
        this.since = clock.instant();
    }

    /** Begins to close the source; false if close was called before. A source that has ended stays as it is. */
    synchronized boolean close() {
        if (closeCalled) {
            return false;
        }
        closeCalled = true;
        advance(Phase.CLOSING);
        return true;
    }

    /** The source is closed; false if it was fenced or failed before. */
    synchronized boolean closed() {
        return end(Phase.CLOSED, null);
    }

    /** Another source owns the queue; false if this one has ended before. */
    synchronized boolean fence(String error) {
        return end(Phase.FENCED, error);
    }

    /** The source cannot continue; false if it has ended before. */
    synchronized boolean fail(String error) {
        return end(Phase.FAILED, error);
    }

    /** Kafka accepts no events at the moment. */
    synchronized void retrying(String error) {
        lastError = error;
        if (outageSince == null) {
            outageSince = clock.instant();
        }
    }

    /** Kafka acknowledged an event; returns whether that ended an outage. */
    boolean acknowledged() {
        return outageSince != null && endOutage();
    }

    /** @param oldest the oldest event that is not acknowledged */
    synchronized Standing standing(Optional<EventBuffer.Waiting> oldest) {
        return switch (phase) {
            case CLOSED -> new Standing(SourceState.CLOSED, since);
            case FENCED -> new Standing(SourceState.FENCED, since);
            case FAILED -> new Standing(SourceState.FAILED, since);
            case OPEN, CLOSING -> outage(oldest)
                    .map(began -> new Standing(SourceState.RETRYING, began))
                    .orElseGet(() -> new Standing(SourceState.RUNNING, since));
        };
    }

    synchronized Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }

    private Optional<Instant> outage(Optional<EventBuffer.Waiting> oldest) {
        Instant reported = outageSince;
        return reported != null
                ? Optional.of(reported)
                : oldest.filter(waiting -> waiting.age().compareTo(LATE) > 0).map(EventBuffer.Waiting::since);
    }

    private synchronized boolean endOutage() {
        if (outageSince == null) {
            return false;
        }
        outageSince = null;
        if (phase == Phase.OPEN || phase == Phase.CLOSING) {
            since = clock.instant();
        }
        return true;
    }

    private boolean end(Phase end, @Nullable String error) {
        if (!advance(end)) {
            return false;
        }
        since = clock.instant();
        if (error != null) {
            lastError = error;
        }
        return true;
    }

    private boolean advance(Phase next) {
        if (!phase.next().contains(next)) {
            return false;
        }
        phase = next;
        return true;
    }
}
