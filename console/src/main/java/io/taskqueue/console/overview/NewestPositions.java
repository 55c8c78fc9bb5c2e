package io.taskqueue.console.overview;

import io.taskqueue.event.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The newest positions of a queue over time, from which follows how old the oldest event is that a sink has not applied, without reading it. It
 * keeps at most {@value #LIMIT} of them, the newest. Not thread-safe.
 */
public final class NewestPositions {

    static final int LIMIT = 32;

    /** The newest position at a moment, and when its event occurred. */
    private record Seen(Position position, Instant occurredAt) {}

    private final Deque<Seen> seen = new ArrayDeque<>();

    /**
     * The newest event of the queue is this one. A position that is lower than the last one is of another log, because topics were created again: those
     * before it are forgotten.
     */
    public void add(Position position, Instant occurredAt) {
        Seen last = seen.peekLast();
        if (last != null && position.equals(last.position())) {
            return;
        }
        if (last != null && position.compareTo(last.position()) < 0) {
            seen.clear();
        }
        seen.addLast(new Seen(position, occurredAt));
        if (seen.size() > LIMIT) {
            seen.removeFirst();
        }
    }

    /** The newest position; empty before the first. */
    public Optional<Position> newest() {
        return Optional.ofNullable(seen.peekLast()).map(Seen::position);
    }

    /**
     * When the first event behind a position occurred, to about the interval at which positions are added; empty if that is not known any
     * more, or if the position is the newest.
     */
    public Optional<Instant> firstBehind(@Nullable Position done) {
        Seen oldest = seen.peekFirst();
        if (oldest == null || done == null || oldest.position().compareTo(done) > 0) {
            return Optional.empty();
        }
        return seen.stream()
                .filter(each -> each.position().compareTo(done) > 0)
                .findFirst()
                .map(Seen::occurredAt);
    }

    /** The seconds since a moment, at least 0: a difference of wall clocks, because another machine set it. */
    public static double secondsSince(Instant moment, Instant now) {
        return Math.max(0, Duration.between(moment, now).toMillis() / 1000.0);
    }
}
