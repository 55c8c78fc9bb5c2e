package io.taskqueue.streams.checkpoint;

import io.taskqueue.streams.checkpoint.Arrival.Mark;
import io.taskqueue.streams.checkpoint.Checkpoint.Fence;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an event is to a sink, and the checkpoint that follows: a function of the checkpoint and the event alone. The cases are
 * tested in the order of {@link Verdict}.
 *
 * @param verdict what the event is
 * @param after the checkpoint once the event is processed; the one before where the event is dropped or halts the sink
 * @param gap what is missing before the event; null if nothing is
 */
public record Classification(Verdict verdict, Checkpoint after, @Nullable Gap gap) {

    /** What an event is to a sink. */
    public enum Verdict {
        /** The first event read of its queue. */
        JOINED(true),
        /** A fence of a higher epoch lies before it: its source had lost the queue. Dropped, in a replay too. */
        STALE(false),
        /** It opens an epoch that another source has opened: the registry of sources lost records. The sink halts. */
        FORKED(false),
        /** Read before, and the offsets were moved back on purpose: applied from recorded results. */
        REPLAY(true),
        /** Read before, because its source sent it twice. Dropped. */
        DUPLICATE(false),
        /** The event that follows. */
        NEXT(true),
        /** Events before it are missing. */
        GAP(true),
        /** It is newer than the newest event read, at an offset that was read: the log was shortened, and is longer again. */
        REWRITTEN(false);

        private final boolean applied;

        Verdict(boolean applied) {
            this.applied = applied;
        }

        /** Whether the event is passed to the sink. */
        public boolean applied() {
            return applied;
        }

        /**
         * Whether something may have happened to the log that the sink has not learned of yet, so that the event is to be classified again after
         * that. While all is well, most events are next or replayed.
         */
        public boolean unusual() {
            return this != NEXT && this != REPLAY;
        }
    }

    private Classification(Verdict verdict, Checkpoint after) {
        this(verdict, after, null);
    }

    /**
     * Classifies an event.
     *
     * @param log the partition's log, as it is known
     * @param time the time at which a gap is found
     */
    public static Classification of(
            @Nullable Checkpoint known, Arrival arrival, LogState log, int partition, InstantSource time) {
        if (known == null) {
            return new Classification(Verdict.JOINED, Checkpoint.joined(log.topicId(), partition, arrival));
        }
        if (stale(known, arrival)) {
            return new Classification(Verdict.STALE, known);
        }
        if (forked(known, arrival)) {
            return new Classification(Verdict.FORKED, known);
        }
        boolean newer = arrival.position().compareTo(known.taken().position()) > 0;
        boolean further = arrival.offset() > known.taken().offset();
        if (!newer) {
            return further ? new Classification(Verdict.DUPLICATE, known) : readAgain(known, arrival);
        }
        if (!further) {
            return new Classification(Verdict.REWRITTEN, known);
        }
        if (follows(known, arrival)) {
            return new Classification(Verdict.NEXT, known.take(arrival));
        }
        Gap gap = new Gap(
                deleted(known, log) ? Gap.Cause.RETENTION : Gap.Cause.ABSENT,
                known.taken().position(),
                arrival.position(),
                arrival.offset(),
                Missing.between(known.taken(), arrival));
        return new Classification(Verdict.GAP, known.takeAfterGap(arrival, gap, time.instant()), gap);
    }

    private static boolean deleted(Checkpoint known, LogState log) {
        return known.unread() > 0 || log.start() > known.taken().offset() + 1;
    }

    private static Classification readAgain(Checkpoint known, Arrival arrival) {
        Mark cursor = known.cursor();
        boolean first = cursor == null
                || arrival.offset() <= cursor.offset()
                || arrival.position().compareTo(cursor.position()) > 0;
        return first
                ? new Classification(Verdict.REPLAY, known.replay(arrival))
                : new Classification(Verdict.DUPLICATE, known.repeat(arrival));
    }

    /** Where offsets were deleted unread, the last events of an epoch may have been among them, and the next epoch does not tell. */
    private static boolean follows(Checkpoint known, Arrival arrival) {
        return arrival.position().equals(known.taken().position().next())
                || (arrival.opensEpoch() && known.unread() == 0);
    }

    private static boolean stale(Checkpoint known, Arrival arrival) {
        for (Fence fence : known.fences()) {
            if (fence.epoch() > arrival.position().epoch() && fence.offset() < arrival.offset()) {
                return true;
            }
        }
        return false;
    }

    private static boolean forked(Checkpoint known, Arrival arrival) {
        return arrival.opensEpoch()
                && arrival.instance() != null
                && known.fences().stream()
                        .anyMatch(fence -> fence.epoch() == arrival.position().epoch()
                                && fence.instance() != null
                                && !Objects.equals(fence.instance(), arrival.instance()));
    }
}
