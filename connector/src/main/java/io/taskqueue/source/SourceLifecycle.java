package io.taskqueue.source;

import io.taskqueue.queue.Ticker;
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
 * <p>While it is open or closing there may be an outage: events are not acknowledged ({@link #retrying}, {@link #late}), which ends
 * with {@link #acknowledged}, or are not confirmed ({@link #registryUnreadable}), which ends with {@link #registryRead}. What a user
 * sees is {@link SourceState}: RUNNING, or RETRYING during an outage, until the source has ended.
 *
 * <p>A transition that is not drawn is refused: its method returns false and nothing changes. The threads of a source are released
 * once, by the first {@link #close}, also if the source has ended by then.
 */
final class SourceLifecycle {

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

    /** A state, since when, and why; there is a reason unless the source runs or was closed. */
    record Standing(SourceState state, Instant since, Optional<String> reason) {}

    /**
     * An outage.
     *
     * @param since when it began
     * @param beganNanos the same by the ticker
     * @param reason why events do not reach Kafka, as far as it is known
     * @param onlyUnconfirmed whether events reach Kafka, as far as it is known, but cannot be confirmed
     */
    record Outage(Instant since, long beganNanos, String reason, boolean onlyUnconfirmed) {

        private Outage with(String newReason) {
            return new Outage(since, beganNanos, newReason, false);
        }
    }

    private final Clock clock;
    private final Ticker ticker;
    private Phase phase = Phase.OPEN;
    private boolean closeCalled;
    private Instant since;
    private @Nullable String lastError;

    /** The current outage; volatile, so that an acknowledgement outside an outage takes no lock. */
    private volatile @Nullable Outage outage;

    private boolean unacknowledged;
    private boolean unconfirmed;

    SourceLifecycle(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.ticker = ticker;
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
        beginUnacknowledged(Duration.ZERO, error);
    }

    /**
     * Kafka has acknowledged nothing for too long, although nothing failed.
     *
     * @param age how long ago that began
     */
    synchronized void late(Duration age, String reason) {
        beginUnacknowledged(age, reason);
    }

    /** The registry cannot be read, so acknowledged events are not confirmed. */
    synchronized void registryUnreadable(String reason) {
        unconfirmed = true;
        begin(Duration.ZERO, reason, true);
    }

    /** The reason of the current outage is known, or has changed. */
    synchronized void diagnosed(String reason) {
        Outage current = outage;
        if (current != null) {
            outage = current.with(reason);
            lastError = reason;
        }
    }

    /** Kafka acknowledged an event, or would. */
    void acknowledged() {
        if (outage != null) {
            end(true, false, false);
        }
    }

    /**
     * The registry was read.
     *
     * @param eventsWait whether events are not acknowledged yet: an outage then ends with their acknowledgement
     */
    void registryRead(boolean eventsWait) {
        if (outage != null) {
            end(false, true, eventsWait);
        }
    }

    /** Whether there is an outage; takes no lock. */
    boolean isInOutage() {
        return outage != null;
    }

    /** The current outage, if there is one. */
    synchronized Optional<Outage> outage() {
        return phase == Phase.OPEN || phase == Phase.CLOSING ? Optional.ofNullable(outage) : Optional.empty();
    }

    synchronized Standing standing() {
        return switch (phase) {
            case CLOSED -> new Standing(SourceState.CLOSED, since, Optional.empty());
            case FENCED -> new Standing(SourceState.FENCED, since, lastError());
            case FAILED -> new Standing(SourceState.FAILED, since, lastError());
            case OPEN, CLOSING -> outage().map(
                            now -> new Standing(SourceState.RETRYING, now.since(), Optional.of(now.reason())))
                    .orElseGet(() -> new Standing(SourceState.RUNNING, since, Optional.empty()));
        };
    }

    synchronized Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }

    private void beginUnacknowledged(Duration age, String reason) {
        unacknowledged = true;
        Outage current = outage;
        if (current != null && current.onlyUnconfirmed()) {
            outage = current.with(reason);
        }
        begin(age, reason, false);
    }

    private void begin(Duration age, String reason, boolean onlyUnconfirmed) {
        if (outage == null) {
            outage = new Outage(clock.instant().minus(age), ticker.nanos() - age.toNanos(), reason, onlyUnconfirmed);
            lastError = reason;
        }
    }

    private synchronized void end(boolean isAcknowledged, boolean isConfirmed, boolean eventsWait) {
        if (outage == null) {
            return;
        }
        unacknowledged = (unacknowledged || eventsWait) && !isAcknowledged;
        unconfirmed &= !isConfirmed;
        if (!unacknowledged && !unconfirmed) {
            outage = null;
            since = phase == Phase.OPEN || phase == Phase.CLOSING ? clock.instant() : since;
        }
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
