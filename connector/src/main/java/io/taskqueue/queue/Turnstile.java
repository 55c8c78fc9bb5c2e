package io.taskqueue.queue;

import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * How a call gets in that may have to wait, for the queue (room for a task, or a task to lease) and for places in the journal.
 *
 * <p>The order is what keeps the queue from a standstill: the queue first, and no places are held while waiting for it.
 * Otherwise idle workers would keep all places while nobody could enqueue, or blocked producers while nobody could lease.
 *
 * <pre>
 *   lock -> ready? -- no --> give places back, wait for the condition, ask again
 *             |
 *            yes -> places held, or to be had at once? -- no --> unlock, wait for places, start again
 *                       |
 *                      yes -> act
 * </pre>
 */
final class Turnstile<T> {

    private final QueueCore<T> core;
    private final String call;
    private final Condition becomesReady;
    private final BooleanSupplier ready;
    private final int places;

    Turnstile(QueueCore<T> core, String call, Condition becomesReady, BooleanSupplier ready, int places) {
        this.core = core;
        this.call = call;
        this.becomesReady = becomesReady;
        this.ready = ready;
        this.places = places;
    }

    /**
     * Acts inside the lock, once the queue is ready and the places are reserved.
     *
     * @return what the action returned, or empty if the time was up
     * @throws QueueClosedException if the queue takes no more work
     */
    <R> Optional<R> pass(long limitNanos, Supplier<R> action) throws InterruptedException {
        long left = limitNanos;
        boolean held = false;
        while (true) {
            boolean acted = false;
            core.monitor.enter(call);
            try {
                core.sweep();
                core.requireOpen(call);
                while (!ready.getAsBoolean()) {
                    if (held) {
                        held = false;
                        core.emitter.journal().release(places);
                    }
                    if (left <= 0) {
                        return Optional.empty();
                    }
                    left = becomesReady.awaitNanos(left);
                    core.sweep();
                    core.requireOpen(call);
                }
                if (held || core.emitter.tryReserve(places)) {
                    held = false;
                    acted = true;
                    return Optional.of(action.get());
                }
                if (left <= 0) {
                    return Optional.empty();
                }
            } finally {
                if (held) {
                    core.emitter.journal().release(places);
                }
                if (!acted) {
                    passSignalOn();
                }
                core.monitor.exit();
            }
            long before = core.clock.nanos();
            held = core.emitter.journal().reserve(places, left);
            left = held ? left - (core.clock.nanos() - before) : 0;
        }
    }

    /** The signal that woke this thread was for one waiter; if this one does not use it, another may. */
    private void passSignalOn() {
        if (ready.getAsBoolean()) {
            becomesReady.signal();
        }
    }
}
