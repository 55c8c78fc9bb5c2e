package io.taskqueue.queue.background;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The moment of an action that repeats, in the time of its owner: moved to an earlier moment, never to a later one, until the action
 * runs, which sets the next moment at its end.
 *
 * <pre>
 *   SET -- the moment comes, or is now --&gt; RUNNING -- set(…) --&gt; SET
 *    | ^                                      |
 *    +-+ before(…)                            +---- end() ----&gt; ENDED
 * </pre>
 *
 * <p>An alarm that was never started, or has ended, does nothing. Each method but {@link #recheck} and {@link #retry} is called inside
 * the lock of the owner; none blocks or throws: a failure, as when there is no memory, is passed to the owner, and the next call of
 * {@link #before} tries again.
 */
public final class Alarm {

    private final Consumer<Throwable> failures;
    private @Nullable Runnable action;
    private @Nullable Future<?> pending;
    private boolean set;
    private boolean everBefore;
    private long moment;
    private volatile boolean lost; // an action that could not be scheduled outside the lock

    /** @param failures notified where the action could not be scheduled; never throws */
    public Alarm(Consumer<Throwable> failures) {
        this.failures = failures;
    }

    /** Starts the alarm, which is not set to a moment yet: any is before it. */
    public void start(Runnable repeated) {
        action = SharedThreads.inContext(repeated);
        set = true;
        everBefore = true;
    }

    /** Sets the moment, which is some time away. */
    public void set(long newMoment, long nanos) {
        set = true;
        everBefore = false;
        moment = newMoment;
        schedule(nanos);
    }

    /** Sets no moment: any that is given later is before it. */
    public void setNone() {
        cancel();
        set = true;
        everBefore = true;
    }

    /** The action must run at that moment or before: if it is not set to an earlier one, it runs now, and sets the moment. */
    public void before(long newMoment) {
        if (lost || isBefore(newMoment)) {
            lost = false;
            now();
        }
    }

    /**
     * The action must run at that moment or before: if it is not set to an earlier one, it is set to that moment, which is some time away. For an
     * action that often has nothing to do by then.
     */
    public void before(long newMoment, long nanos) {
        if (lost) {
            before(newMoment);
        } else if (action != null && isBefore(newMoment)) {
            set(newMoment, nanos);
        }
    }

    private boolean isBefore(long newMoment) {
        return set && (everBefore || newMoment - moment < 0);
    }

    /** The action must run now. */
    public void now() {
        if (action != null) {
            set = false;
            schedule(0);
        }
    }

    /** The action runs no more. */
    public void end() {
        cancel();
        action = null;
        set = false;
    }

    /** Runs the action now, as when the owner's time was moved. Called outside the lock. */
    public void recheck(Runnable repeated) {
        retry(repeated, 0);
    }

    /** Runs the action again in a while, because the lock was not free. Called outside the lock. */
    public void retry(Runnable repeated, long nanos) {
        try {
            var unused = SharedThreads.SWEEPS.schedule(SharedThreads.inContext(repeated), nanos, TimeUnit.NANOSECONDS);
        } catch (RuntimeException | Error e) {
            lost = true;
            failures.accept(e);
        }
    }

    private void schedule(long nanos) {
        Runnable repeated = action;
        cancel();
        if (repeated == null) {
            return;
        }
        try {
            pending = SharedThreads.SWEEPS.schedule(repeated, nanos, TimeUnit.NANOSECONDS);
        } catch (RuntimeException | Error e) {
            set = true;
            everBefore = true;
            failures.accept(e);
        }
    }

    private void cancel() {
        Future<?> scheduled = pending;
        pending = null;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
    }
}
