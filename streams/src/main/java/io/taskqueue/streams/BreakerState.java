package io.taskqueue.streams;

import io.taskqueue.event.TaskId;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.RetryLaterException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether actions may begin, and the only ways from one state to the next.
 *
 * <pre>
 *    a failure, or a success             the policy's number of failures
 *   .---------------------. -- Closed -----------------------------------&gt; Open &lt;---------------.
 *   '--------------------&gt;'      ^                                           | its wait is over  | failed:
 *                                |                                           v                   | the wait
 *                                '-- succeeded: all begin -------------- HalfOpen ---------------' doubles
 *                                                                         |    ^
 *                                              one event is tried at a time    | it ended without an answer,
 *                                                                         '----' or its place is gone: the next
 * </pre>
 */
sealed interface BreakerState {

    /**
     * Actions begin.
     *
     * @param failures failed tries since the last success
     * @param tasks whose they were, as many as the policy asks for at most
     */
    record Closed(int failures, Set<TaskId> tasks) implements BreakerState {

        /** Nothing has failed. */
        static final Closed CLEAN = new Closed(0, Set.of());

        BreakerState failed(TaskId task, Throwable failure, BreakerPolicy policy, Instant now) {
            int more = Math.min(failures + 1, policy.failures());
            Set<TaskId> of = new HashSet<>(tasks);
            if (of.size() < policy.tasks()) {
                of.add(task);
            }
            return more < policy.failures() || of.size() < policy.tasks()
                    ? new Closed(more, Set.copyOf(of))
                    : Open.after(failure, new Outage(now, failure), policy.firstWait(), now);
        }
    }

    /**
     * No action begins.
     *
     * @param backoff the policy's wait, from which the next is counted
     * @param pause how long nothing is tried: the back-off, or longer where the target asked for it
     * @param nextTry when it is over
     */
    record Open(Outage outage, Duration backoff, Duration pause, Instant nextTry) implements BreakerState {

        private static Open after(Throwable failure, Outage outage, Duration backoff, Instant now) {
            Duration asked = RetryLaterException.askedBy(failure);
            Duration pause = asked.compareTo(backoff) > 0 ? asked : backoff;
            return new Open(outage, backoff, pause, now.plus(pause));
        }

        HalfOpen due() {
            return new HalfOpen(outage, backoff, null);
        }
    }

    /**
     * One event is tried.
     *
     * @param trier whose turn it is; null until there is one
     */
    record HalfOpen(Outage outage, Duration backoff, @Nullable Trier trier) implements BreakerState {

        boolean trying(LiveEvent<?> event) {
            return trier != null && trier.event() == event;
        }

        boolean tryingAt(Object place) {
            return trier != null && trier.place() == place;
        }

        HalfOpen tries(LiveEvent<?> event, Object place) {
            return new HalfOpen(outage, backoff, new Trier(event, place));
        }

        HalfOpen unanswered() {
            return new HalfOpen(outage, backoff, null);
        }

        Open failed(Throwable failure, BreakerPolicy policy, Instant now) {
            Duration doubled =
                    backoff.compareTo(policy.maxWait().dividedBy(2)) > 0 ? policy.maxWait() : backoff.multipliedBy(2);
            return Open.after(failure, new Outage(outage.since(), failure), doubled, now);
        }

        Closed succeeded() {
            return Closed.CLEAN;
        }
    }

    /** An event that is tried, and the lanes that it is tried in. */
    record Trier(LiveEvent<?> event, Object place) {}

    /**
     * What is known of a target that is taken for dead.
     *
     * @param since when it was
     * @param lastFailure the newest failed try
     */
    record Outage(Instant since, Throwable lastFailure) {}
}
