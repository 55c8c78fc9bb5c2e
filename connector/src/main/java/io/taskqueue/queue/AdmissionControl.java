package io.taskqueue.queue;

import io.taskqueue.queue.EventEmitter.JournalFailedException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Admits calls that may have to wait, for the queue (capacity for a task, or a task to lease) and for places in the journal.
 *
 * <p>The order prevents a deadlock: the queue first, and no places are held while waiting for it. Otherwise idle workers would
 * hold all places while no producer could enqueue, or blocked producers while no worker could lease.
 *
 * <pre>
 *   lock -> settled? -- yes --> nothing to do
 *             |
 *            no -> ready? -- no --> release the places, await the condition, check again
 *                    |
 *                   yes -> places held, or available at once? -- no --> unlock, wait for places, start again
 *                              |
 *                             yes -> perform
 * </pre>
 */
final class AdmissionControl<T> {

    /** What is admitted. */
    @FunctionalInterface
    interface Admitted<R> {

        /** The result if there is nothing to do, for which nothing has to be waited for; otherwise null. */
        default @Nullable R settled() {
            return null;
        }

        R perform();

        /** How many of the reserved places are used, where {@link #perform} has thrown. */
        default int used() {
            return 0;
        }
    }

    private final QueueCore<T> core;
    private final String call;
    private final WaitingCalls waiting;
    private final BooleanSupplier ready;
    private final int places;

    AdmissionControl(QueueCore<T> core, String call, WaitingCalls waiting, BooleanSupplier ready, int places) {
        this.core = core;
        this.call = call;
        this.waiting = waiting;
        this.ready = ready;
        this.places = places;
    }

    /**
     * Acts inside the lock, once the queue is open and ready and the places are reserved. If anything throws, the user's ticker too,
     * the places are released.
     *
     * @return the result, or empty if the time limit was reached
     * @throws QueueClosedException if the queue accepts no more work
     */
    <R> Optional<R> admit(long limitNanos, Admitted<R> action) throws InterruptedException {
        long left = limitNanos;
        boolean held = false; // places that no event has used
        try {
            while (true) {
                core.lock.enter(call);
                try {
                    core.sweep();
                    core.requireAccepting(call);
                    R settled = action.settled();
                    while (settled == null && !isReady()) {
                        if (held) {
                            held = false;
                            core.events.journal().release(places);
                        }
                        if (left <= 0) {
                            return Optional.empty();
                        }
                        left = waiting.await(left);
                        core.sweep();
                        core.requireAccepting(call);
                        settled = action.settled();
                    }
                    if (settled != null) {
                        return Optional.of(settled);
                    }
                    held = held || core.events.tryReserve(places);
                    if (held) {
                        R result = action.perform();
                        held = false;
                        return Optional.of(result);
                    }
                    if (left <= 0) {
                        return Optional.empty();
                    }
                } catch (JournalFailedException e) {
                    throw core.stopFor(e).refusal(core.settings.name(), call);
                } finally {
                    wakeNext();
                    core.lock.exit();
                }
                long before = core.settings.time().nanos();
                held = core.events.journal().reserve(places, left);
                left = held ? left - (core.settings.time().nanos() - before) : 0;
            }
        } finally {
            int unused = held ? places - action.used() : 0;
            if (unused > 0) {
                core.events.journal().release(unused);
            }
        }
    }

    private boolean isReady() {
        return core.isOpen() && ready.getAsBoolean();
    }

    /** Whether this call acted or not: if there is something left to do, the next call that waits may do it. */
    private void wakeNext() {
        if (!waiting.isEmpty() && isReady()) {
            waiting.wakeOne();
        }
    }
}
