package io.taskqueue.source.mark;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskEvent;

/** Whether a task is live after an event: its queue, or the next owner of its queue, still has to finish it. */
public enum Liveness {
    /** It is live. */
    LIVE,
    /** It has ended. */
    ENDED,
    /** It is live if the event has the flag {@link EventFlag#HAND_OVER}, and has ended otherwise. */
    LIVE_IF_HANDED_OVER;

    /** What the kind of an event states. */
    public static Liveness after(EventKind kind) {
        return switch (kind) {
            case ENQUEUED,
                    AVAILABLE,
                    LEASE_GRANTED,
                    HEARTBEAT,
                    FAILED,
                    REQUEUED,
                    LEASE_EXPIRED,
                    RESTORED,
                    SNAPSHOT -> LIVE;
            case COMPLETED, DEAD_LETTERED, SOURCE_STARTED -> ENDED;
            case DRAINED -> LIVE_IF_HANDED_OVER;
        };
    }

    /** Whether the task of an event is live after it. */
    public static boolean isLiveAfter(TaskEvent<?> event) {
        return switch (after(event.kind())) {
            case LIVE -> true;
            case ENDED -> false;
            case LIVE_IF_HANDED_OVER -> event.flags().contains(EventFlag.HAND_OVER);
        };
    }
}
