package io.taskqueue.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How a queue ends: no new work, a time for the holders of leases, then every task out. */
final class Closing<T> {

    private final QueueCore<T> core;
    private final DeadLetters<T> deadLetters;

    Closing(QueueCore<T> core, DeadLetters<T> deadLetters) {
        this.core = core;
        this.deadLetters = deadLetters;
    }

    /** @throws QueueClosedException if the queue has ended, or is stopped meanwhile */
    List<DrainedTask<T>> drain(String call, Duration timeout) {
        List<DrainedTask<T>> drained = new ArrayList<>();
        core.monitor.enter(call);
        try {
            core.sweep();
            if (!(core.life() instanceof QueueLife.Open open)) {
                throw core.life().refusal(core.settings.name(), call);
            }
            QueueLife.Draining draining = core.startDraining(open, call);
            awaitHolders(LeaseTimes.limitNanos(timeout));
            if (core.life() instanceof QueueLife.Stopped stopped) {
                throw stopped.refusal(core.settings.name(), call);
            }
            core.finishDraining(draining, drained);
        } finally {
            core.monitor.exit();
        }
        deadLetters.close(core.settings.closeGrace().toNanos());
        return List.copyOf(drained);
    }

    /** As drain, but an ended queue is left alone, and one that another thread drains is waited for. */
    List<DrainedTask<T>> close() {
        core.monitor.enter("close()");
        boolean open;
        try {
            while (core.life() instanceof QueueLife.Draining) {
                core.monitor.quiet.awaitUninterruptibly();
            }
            open = core.life() instanceof QueueLife.Open;
        } finally {
            core.monitor.exit();
        }
        if (!open) {
            deadLetters.close(core.settings.closeGrace().toNanos());
            return List.of();
        }
        try {
            return drain("close()", core.settings.closeGrace());
        } catch (QueueClosedException e) {
            return List.of(); // another thread ended it in between
        }
    }

    private void awaitHolders(long limitNanos) {
        boolean interrupted = false;
        long left = limitNanos;
        while (left > 0 && core.tasks.leased() > 0 && core.life() instanceof QueueLife.Draining) {
            try {
                left = core.monitor.quiet.awaitNanos(left);
            } catch (InterruptedException e) {
                interrupted = true;
                left = 0;
            }
            core.sweep();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
