package io.taskqueue.streams.execution;

import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Runs the jobs of one partition: those of a task one after the other, in order, and those of different tasks side by side. A
 * worker begins the next job of its task itself; a task that waits for its next attempt, or for the target, holds no worker.
 * Thread-safe, but for {@link #submit} and {@link #flush}, which are for the stream thread.
 */
public final class KeyedExecutor<J extends Job> {

    /** The number of submitted jobs that begin together at most. */
    private static final int BATCH = 16;

    /** Runs a job once. */
    @FunctionalInterface
    public interface Handler<J> {

        /** Must not throw. */
        Next run(J job);
    }

    /** What the executor does after a job has run. */
    public sealed interface Next {

        /** The job is done: the next job of its task begins. */
        record Advance() implements Next {}

        /** The job runs again, once jobs may begin again. */
        record Held() implements Next {}

        /** The job runs again after a delay. */
        record Retry(Duration delay) implements Next {}

        /** No job of the task begins any more, until {@link #take} removes them. */
        record Blocked() implements Next {}
    }

    private final List<J> submitted = new ArrayList<>();
    private final KeyedQueues<J> queues = new KeyedQueues<>();
    private final Admission admission;
    private final WorkerThreads threads;
    private final CircuitBreaker breaker;
    private final RateLimiter limiter;
    private final Handler<J> handler;
    private final Ticker ticker;
    private final long created;

    public KeyedExecutor(
            Admission admission,
            WorkerThreads threads,
            CircuitBreaker breaker,
            RateLimiter limiter,
            Handler<J> handler,
            Ticker ticker) {
        this.admission = admission;
        this.threads = threads;
        this.breaker = breaker;
        this.limiter = limiter;
        this.handler = handler;
        this.ticker = ticker;
        this.created = ticker.nanos();
    }

    /** Puts a job at the end of its task's queue; the first of a queue begins immediately. */
    public void execute(J job) {
        if (queues.add(job)) {
            begin(job);
        }
    }

    /** Does the same, but the first of a queue begins together with others, or at {@link #flush}. */
    public void submit(J job) {
        if (queues.add(job)) {
            submitted.add(job);
            if (submitted.size() >= BATCH) {
                flush();
            }
        }
    }

    /** Begins the submitted jobs. */
    public void flush() {
        submitted.forEach(this::begin);
        submitted.clear();
    }

    /** Removes the jobs of a task that is blocked, and returns them, in order. */
    public List<J> take(TaskId task) {
        return queues.take(task);
    }

    /** Begins the jobs that were held, or kept waiting for a permit, while nothing could begin; to be called when jobs may begin again. */
    public void resumeHeld() {
        if (!admission.revoked()) {
            queues.release().forEach(this::begin);
            limiter.resumed();
        }
    }

    /** Whether nothing runs and nothing is about to: all jobs wait for their time, or for the target. */
    public boolean still() {
        return queues.still();
    }

    /** For how long at least that remains true, if nothing is submitted; empty where something runs, or nothing waits. */
    public Optional<Duration> stillFor() {
        if (!queues.still()) {
            return Optional.empty();
        }
        OptionalLong due = queues.firstDue();
        Optional<Duration> first =
                due.isEmpty() ? Optional.empty() : Optional.of(Duration.ofNanos(due.getAsLong() - now()));
        if (queues.anyAtTarget()) {
            first = Optional.of(shorter(first, breaker.waitLeft()));
        }
        return queues.anyAtLimit() ? Optional.of(shorter(first, limiter.waitLeft())) : first;
    }

    private static Duration shorter(Optional<Duration> one, Duration other) {
        return one.filter(wait -> wait.compareTo(other) < 0).orElse(other);
    }

    /** Gives up this executor's turns at an unavailable target and at the rate limit; to be called when its partition is revoked. */
    public void leaveTarget() {
        breaker.forget(this);
        limiter.forget(admission);
    }

    private void begin(J job) {
        threads.execute(() -> run(job));
    }

    private void run(J first) {
        run(first, false);
    }

    /** @param permitted whether the first job has its permits of the rate limit */
    private void run(J first, boolean permitted) {
        J job = first;
        boolean hasPermit = permitted;
        while (job != null) {
            if (!targetAdmits(job)) {
                giveBack(job, hasPermit);
                return;
            }
            // others would wait for the probe of an unavailable target while it waited for a permit
            boolean owesPermit = !hasPermit && breaker.probes(job);
            if (!hasPermit && !owesPermit && job.callsTarget() && limiter.limited()) {
                if (!limitAdmits(job)) {
                    return;
                }
                hasPermit = true;
            }
            if (!admission.enter()) {
                giveBack(job, hasPermit);
                breaker.ended(job);
                hold(job);
                return;
            }
            Next next;
            try {
                next = handler.run(job);
            } finally {
                admission.leave();
                breaker.ended(job);
                if (hasPermit) {
                    limiter.used(job, job.calls());
                } else if (owesPermit) {
                    limiter.owed(job, job.calls());
                }
            }
            hasPermit = false;
            if (next instanceof Next.Retry retry) {
                retryAfter(retry.delay(), job);
                return;
            }
            if (next instanceof Next.Held) {
                hold(job);
                return;
            }
            if (next instanceof Next.Blocked) {
                queues.blocked();
                return;
            }
            job = queues.next(job.task());
        }
    }

    private void giveBack(J job, boolean hasPermit) {
        if (hasPermit) {
            limiter.used(job, 0);
        }
    }

    /** Whether the job has its permits of the rate limit; otherwise it waits for them. */
    private boolean limitAdmits(J job) {
        queues.waitForLimit();
        boolean admitted = limiter.admits(job, admission, () -> {
            queues.leaveLimit();
            threads.execute(() -> run(job, true));
        });
        if (admitted) {
            queues.leaveLimit();
        }
        return admitted;
    }

    /** Whether the job may begin; otherwise it waits for the target. */
    private boolean targetAdmits(J job) {
        if (!job.callsTarget() || breaker.closed()) {
            return true;
        }
        queues.waitForTarget();
        boolean admitted = breaker.admits(job, this, () -> {
            queues.leaveTarget();
            begin(job);
        });
        if (admitted) {
            queues.leaveTarget();
        }
        return admitted;
    }

    private void retryAfter(Duration delay, J job) {
        long due = now() + delay.toNanos();
        queues.delayUntil(due);
        threads.executeAfter(delay, () -> {
            queues.due(due);
            run(job);
        });
    }

    private void hold(J job) {
        queues.hold(job);
        if (admission.admits()) {
            resumeHeld(); // jobs may begin again since the refusal
        }
    }

    private long now() {
        return ticker.nanos() - created;
    }
}
