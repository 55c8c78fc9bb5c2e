package io.taskqueue.streams.checkpoint;

import io.taskqueue.streams.checkpoint.Arrival.Mark;

/**
 * How many events of a queue are missing, as exactly as their positions tell. Within an epoch the sequence numbers tell it. Of an earlier
 * epoch, how many events it had is unknown: no more than there were offsets between the two events.
 *
 * @param atLeast the events that are known to be missing
 * @param atMost the events that may be missing; {@link #UNKNOWN} where the offsets do not tell it
 */
public record Missing(long atLeast, long atMost) {

    /** There is no upper bound. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    /** No event is missing. */
    public static final Missing NONE = new Missing(0, 0);

    static Missing between(Mark before, Arrival found) {
        long sequence = found.position().sequence();
        if (found.position().epoch() == before.position().epoch()) {
            long exactly = sequence - before.position().sequence() - 1;
            return new Missing(exactly, exactly);
        }
        return new Missing(sequence, Math.max(sequence, found.offset() - before.offset() - 1));
    }

    /** Whether the number is known. */
    public boolean exact() {
        return atLeast == atMost;
    }

    Missing plus(Missing more) {
        boolean bounded = atMost != UNKNOWN && more.atMost != UNKNOWN;
        return new Missing(atLeast + more.atLeast, bounded ? atMost + more.atMost : UNKNOWN);
    }

    /** As a part of a sentence, such as {@code 4 events}, or {@code at least 3 and at most 20 events}. */
    public String text() {
        if (exact()) {
            return atLeast + (atLeast == 1 ? " event" : " events");
        }
        if (atMost == UNKNOWN) {
            return "at least " + atLeast + " events";
        }
        return atLeast == 0
                ? "up to " + atMost + " events"
                : "at least " + atLeast + " and at most " + atMost + " events";
    }
}
