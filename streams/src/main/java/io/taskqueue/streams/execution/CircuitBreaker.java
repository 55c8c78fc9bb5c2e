package io.taskqueue.streams.execution;

import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.streams.execution.BreakerState.Closed;
import io.taskqueue.streams.execution.BreakerState.HalfOpen;
import io.taskqueue.streams.execution.BreakerState.Moment;
import io.taskqueue.streams.execution.BreakerState.Open;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a whole sink from calling an unavailable target continuously: admits jobs, or lets them wait in a queue and admits one
 * of them at intervals. {@link BreakerState} decides when.
 *
 * <p>Thread-safe. While the target is available, a job costs two volatile reads.
 */
public final class CircuitBreaker {

    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreaker.class);
    private static final int LONGEST_FAILURE = 500;

    /** The minimum wait of jobs while another one probes the target. */
    private static final Duration PROBE_WAIT = Duration.ofMillis(50);

    /** Runs something after a delay. */
    @FunctionalInterface
    public interface Timer {
        void after(Duration delay, Runnable work);
    }

    /**
     * A job that waits for the target.
     *
     * @param executor the executor of the job
     * @param begin begins it, soon and on another thread
     */
    private record Waiting(Job job, Object executor, Runnable begin) {}

    private final String sink;
    private final BreakerPolicy policy;
    private final Clock clock;
    private final Ticker ticker;
    private final Timer timer;
    private final Queue<Waiting> queue = new ArrayDeque<>();
    private volatile BreakerState state = Closed.CLEAN;

    public CircuitBreaker(String sink, BreakerPolicy policy, Clock clock, Ticker ticker, Timer timer) {
        this.sink = sink;
        this.policy = policy;
        this.clock = clock;
        this.ticker = ticker;
        this.timer = timer;
    }

    /** Whether all jobs are admitted. */
    public boolean closed() {
        return state instanceof Closed;
    }

    /** How long a job that waits in the queue waits at least. */
    Duration waitLeft() {
        if (state instanceof Open open) {
            return Duration.ofNanos(open.retryAt() - ticker.nanos());
        }
        return PROBE_WAIT; // one job probes the target, and all are admitted once it has succeeded
    }

    /**
     * Whether a job may begin. Where it may not, it waits in the queue: {@code begin} is called when it is its turn, and it
     * then asks again.
     */
    public boolean admits(Job job, Object executor, Runnable begin) {
        return closed() || admitsNow(new Waiting(job, executor, begin));
    }

    /** Whether a job that was admitted may still call the target, after it has waited for something else. */
    public boolean stillAdmits(Job job) {
        return closed() || isProbe(job);
    }

    private synchronized boolean admitsNow(Waiting waiting) {
        if (state instanceof HalfOpen half && half.probe() == null) {
            state = half.admit(waiting.job(), waiting.executor());
            return true;
        }
        if (state instanceof Closed || isProbe(waiting.job())) {
            return true;
        }
        queue.add(waiting);
        return false;
    }

    /** An action of a job was answered by the target, and the job is done. */
    public void succeeded(Job job) {
        if (state != Closed.CLEAN) {
            closeAfter(job).forEach(waiting -> waiting.begin().run());
        }
    }

    private synchronized List<Waiting> closeAfter(Job job) {
        if (state instanceof Closed) {
            state = Closed.CLEAN;
        } else if (state instanceof HalfOpen half && half.isProbe(job)) {
            state = half.succeeded();
            List<Waiting> all = List.copyOf(queue);
            queue.clear();
            LOG.info(
                    "The target of sink {} answers again, after {}. {} events that waited for it continue",
                    sink,
                    Duration.ofNanos(ticker.nanos() - half.outage().began().nanos()),
                    all.size());
            return all;
        }
        return List.of(); // it began before the target was considered unavailable
    }

    /**
     * An attempt at a job failed transiently.
     *
     * @return whether it counts as one of the job's attempts; not where the target is considered unavailable
     */
    public synchronized boolean failed(Job job, Throwable failure) {
        if (!policy.on()) {
            return true;
        }
        if (state instanceof Closed closed) {
            state = closed.failed(job.task(), failure, policy, now());
            if (state instanceof Open open) {
                opened(open);
                waiting().ifPresent(text -> LOG.warn("{}", text));
            }
        } else if (state instanceof HalfOpen half && half.isProbe(job)) {
            Open open = half.failed(failure, policy, now());
            state = open;
            opened(open);
        }
        return state instanceof Closed;
    }

    /** An attempt at a job has ended, and has reported its success or failure before. */
    public void ended(Job job) {
        if (isProbe(job)) {
            begin(next(job));
        }
    }

    /** An executor stops: its jobs no longer wait, and a job that probes the target no longer counts as the probe, as it may never end. */
    void forget(Object executor) {
        begin(removed(executor));
    }

    private synchronized @Nullable Waiting removed(Object executor) {
        queue.removeIf(waiting -> waiting.executor() == executor);
        if (state instanceof HalfOpen half && half.isProbeOf(executor)) {
            state = half.unanswered();
            return nextInQueue();
        }
        return null;
    }

    /** What the sink waits for, if it waits for its target. */
    public Optional<String> waiting() {
        BreakerState now = state;
        if (now instanceof Open open) {
            return Optional.of(text(open.outage()) + " The next attempt is at " + open.nextAttempt() + ".");
        }
        return now instanceof HalfOpen half
                ? Optional.of(text(half.outage())
                        + (half.probe() == null
                                ? " The next event is attempted when it arrives."
                                : " An event is being attempted now."))
                : Optional.empty();
    }

    private String text(BreakerState.Outage outage) {
        String failure = text(outage.lastFailure());
        String shown = failure.length() > LONGEST_FAILURE ? failure.substring(0, LONGEST_FAILURE) + "…" : failure;
        return "Sink " + sink + " has waited for its target since "
                + outage.began().instant() + ", after " + policy.failures()
                + " consecutive failed attempts, with its events in place. The last failure was " + shown
                + (shown.endsWith(".") ? "" : ".");
    }

    /** The exception's own text, read with care because its methods may throw. */
    private static String text(Throwable failure) {
        String name = failure.getClass().getName();
        String message = TaskError.of(failure).message();
        return message.equals(name) ? name : name + ": " + message;
    }

    private Moment now() {
        return new Moment(clock.instant(), ticker.nanos());
    }

    /** Whether a job is the one that probes an unavailable target. */
    boolean probes(Job job) {
        return isProbe(job);
    }

    private boolean isProbe(Job job) {
        return state instanceof HalfOpen half && half.isProbe(job);
    }

    private void opened(Open open) {
        timer.after(open.pause(), () -> begin(due()));
    }

    private synchronized @Nullable Waiting due() {
        if (state instanceof Open open) {
            state = open.due();
        }
        return nextInQueue();
    }

    private synchronized @Nullable Waiting next(Job ended) {
        if (state instanceof HalfOpen half && half.isProbe(ended)) {
            state = half.unanswered();
            return nextInQueue();
        }
        return null;
    }

    private @Nullable Waiting nextInQueue() {
        Waiting first = state instanceof HalfOpen half && half.probe() == null ? queue.poll() : null;
        if (first != null && state instanceof HalfOpen half) {
            state = half.admit(first.job(), first.executor());
        }
        return first;
    }

    private static void begin(@Nullable Waiting waiting) {
        if (waiting != null) {
            waiting.begin().run();
        }
    }
}
