package io.taskqueue.torture.check;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which records of a queue a reader must take, in their order: the rule about fences and repetitions, written down once more and independently of
 * the sinks that it checks. For one thread.
 */
final class FenceFilter {

    /** What a record is, after the ones before it. */
    enum Verdict {
        /** The next event of its epoch, or the start of a higher epoch. */
        NEXT,
        /** A later event than the next one: events between are missing. */
        BEHIND_HOLE,
        /** An event of the current epoch that is not after the latest one. */
        NOT_AFTER_LATEST,
        /** An event of an epoch that has been fenced. */
        FENCED;

        /** Whether it changes the queue's state. */
        boolean accepted() {
            return this == NEXT || this == BEHIND_HOLE;
        }
    }

    private @Nullable Position latest;

    Verdict take(LoggedEvent event) {
        Position before = latest;
        Position position = event.position();
        boolean starts = event.kind() == EventKind.SOURCE_STARTED;
        if (before != null && position.epoch() < before.epoch()) {
            return Verdict.FENCED;
        }
        if (before != null && position.compareTo(before) <= 0) {
            return Verdict.NOT_AFTER_LATEST;
        }
        latest = position;
        boolean next = starts || (before != null && position.equals(before.next()));
        return next ? Verdict.NEXT : Verdict.BEHIND_HOLE;
    }

    /** The position of the latest event. */
    Optional<Position> latest() {
        return Optional.ofNullable(latest);
    }
}
