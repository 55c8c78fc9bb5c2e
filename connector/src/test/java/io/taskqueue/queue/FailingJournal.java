package io.taskqueue.queue;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskEvent;
import java.util.function.Predicate;

/** A journal that fails instead of taking events of some kinds. */
final class FailingJournal extends BoundedJournal {

    private final Predicate<EventKind> refused;
    private final Runnable failure;

    /** @param failure throws what an append of a refused event throws */
    FailingJournal(int places, Predicate<EventKind> refused, Runnable failure) {
        super(places);
        this.refused = refused;
        this.failure = failure;
    }

    @Override
    public void append(TaskEvent<String> event, byte[] payload, boolean isReserved) {
        if (refused.test(event.kind())) {
            failure.run();
        }
        super.append(event, payload, isReserved);
    }
}
