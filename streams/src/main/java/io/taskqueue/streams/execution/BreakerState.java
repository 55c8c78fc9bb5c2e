package io.taskqueue.streams.execution;

import io.taskqueue.event.TaskId;
import io.taskqueue.sink.BreakerPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether jobs may begin; its methods are the only transitions.
 *
 * <pre>
 *    a failure, or a success             the policy's number of failures
 *   .---------------------. -- Closed -----------------------------------&gt; Open &lt;---------------.
 *   '--------------------&gt;'      ^                                           | its wait is over  | failed:
 *                                |                                           v                   | the wait
 *                                '-- succeeded: all begin -------------- HalfOpen ---------------' doubles
 *                                                                         |    ^
 *                                         one job at a time is admitted as probe | it ended without an answer,
 *                                                                         '----' or its executor stopped: the next
 * </pre>
 */
sealed interface BreakerState {

    /** A moment, as the clock shows it and in nanoseconds of the ticker. */
    record Moment(Instant instant, long nanos) {

        Instant plus(Duration wait) {
            return instant.plus(wait);
        }
    }

    /**
     * All jobs begin.
     *
     * @param failures failed attempts since the last success
     * @param tasks the tasks of these attempts, at most as many as the policy requires
     */
    record Closed(int failures, Set<TaskId> tasks) implements BreakerState {

        /** Nothing has failed. */
        static final Closed CLEAN = new Closed(0, Set.of());

        BreakerState failed(TaskId task, Throwable failure, BreakerPolicy policy, Moment now) {
            int more = Math.min(failures + 1, policy.failures());
            Set<TaskId> of = new HashSet<>(tasks);
            if (of.size() < policy.tasks()) {
                of.add(task);
            }
            return more < policy.failures() || of.size() < policy.tasks()
                    ? new Closed(more, Set.copyOf(of))
                    : Open.after(new Outage(now, failure), policy.firstWait(), now);
        }
    }

    /**
     * No job begins. The wait is the policy's alone: what the target asks for in answer to one job delays the task of that job only.
     *
     * @param pause how long no job begins
     * @param nextAttempt when the pause is over
     * @param retryAt the same in nanoseconds of the ticker
     */
    record Open(Outage outage, Duration pause, Instant nextAttempt, long retryAt) implements BreakerState {

        private static Open after(Outage outage, Duration pause, Moment now) {
            return new Open(outage, pause, now.plus(pause), now.nanos() + pause.toNanos());
        }

        HalfOpen due() {
            return new HalfOpen(outage, pause, null);
        }
    }

    /**
     * One job is admitted, which probes the target.
     *
     * @param pause the wait before it, from which the next one is derived
     * @param probe the job; null until there is one
     */
    record HalfOpen(Outage outage, Duration pause, @Nullable Probe probe) implements BreakerState {

        boolean isProbe(Job job) {
            return probe != null && probe.job() == job;
        }

        boolean isProbeOf(Object executor) {
            return probe != null && probe.executor() == executor;
        }

        HalfOpen admit(Job job, Object executor) {
            return new HalfOpen(outage, pause, new Probe(job, executor));
        }

        HalfOpen unanswered() {
            return new HalfOpen(outage, pause, null);
        }

        Open failed(Throwable failure, BreakerPolicy policy, Moment now) {
            Duration doubled =
                    pause.compareTo(policy.maxWait().dividedBy(2)) > 0 ? policy.maxWait() : pause.multipliedBy(2);
            return Open.after(new Outage(outage.began(), failure), doubled, now);
        }

        Closed succeeded() {
            return Closed.CLEAN;
        }
    }

    /** A job that probes the target, and its executor. */
    record Probe(Job job, Object executor) {}

    /**
     * What is known of a target that is considered unavailable.
     *
     * @param began since when it is
     * @param lastFailure the newest failed attempt
     */
    record Outage(Moment began, Throwable lastFailure) {}
}
