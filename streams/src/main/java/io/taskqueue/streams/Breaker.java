package io.taskqueue.streams;

import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.streams.BreakerState.Closed;
import io.taskqueue.streams.BreakerState.HalfOpen;
import io.taskqueue.streams.BreakerState.Open;
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
 * Stops a whole sink from hammering a dead target: lets actions begin, or keeps the events that want to in a line and tries
 * one of them now and then. {@link BreakerState} rules when.
 *
 * <p>Thread-safe. While the target is well, an event costs two volatile reads.
 */
final class Breaker {

    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);
    private static final int LONGEST_FAILURE = 500;
    private static final Duration TRY = Duration.ofMillis(50);

    /** Runs something after a wait. */
    @FunctionalInterface
    interface Timer {
        void after(Duration wait, Runnable work);
    }

    /**
     * An event that waits for the target.
     *
     * @param place the lanes that it waits in
     * @param begin begins it, soon and on another thread
     */
    private record Waiting(LiveEvent<?> event, Object place, Runnable begin) {}

    private final String sink;
    private final BreakerPolicy policy;
    private final Clock clock;
    private final Timer timer;
    private final Queue<Waiting> line = new ArrayDeque<>();
    private volatile BreakerState state = Closed.CLEAN;

    Breaker(String sink, BreakerPolicy policy, Clock clock, Timer timer) {
        this.sink = sink;
        this.policy = policy;
        this.clock = clock;
        this.timer = timer;
    }

    /** Whether all may begin. */
    boolean closed() {
        return state instanceof Closed;
    }

    /** How long an event that waits in the line waits at least. */
    Duration waitLeft() {
        if (state instanceof Open open) {
            return Duration.between(clock.instant(), open.nextTry());
        }
        return TRY; // one is being tried, and all may begin once it has succeeded
    }

    /**
     * Whether an event may begin. Where it may not, it waits in the line: {@code begin} is called when it is its turn, and it
     * then asks again.
     */
    boolean admits(LiveEvent<?> event, Object place, Runnable begin) {
        return closed() || admitsNow(new Waiting(event, place, begin));
    }

    private synchronized boolean admitsNow(Waiting waiting) {
        if (state instanceof HalfOpen half && half.trier() == null) {
            state = half.tries(waiting.event(), waiting.place());
            return true;
        }
        if (state instanceof Closed || triedNow(waiting.event())) {
            return true;
        }
        line.add(waiting);
        return false;
    }

    /** An action of an event was answered by the target, and the event is dealt with. */
    void succeeded(LiveEvent<?> event) {
        if (state != Closed.CLEAN) {
            closeAfter(event).forEach(waiting -> waiting.begin().run());
        }
    }

    private synchronized List<Waiting> closeAfter(LiveEvent<?> event) {
        if (state instanceof Closed) {
            state = Closed.CLEAN;
        } else if (state instanceof HalfOpen half && half.trying(event)) {
            state = half.succeeded();
            List<Waiting> all = List.copyOf(line);
            line.clear();
            LOG.info(
                    "The target of sink {} answers again, after {}. {} events that waited for it go on",
                    sink,
                    Duration.between(half.outage().since(), clock.instant()),
                    all.size());
            return all;
        }
        return List.of(); // it was tried before the target was taken for dead
    }

    /**
     * A try failed for now.
     *
     * @return whether it counts as one of the event's tries; not where the target is taken for dead
     */
    synchronized boolean failed(LiveEvent<?> event, Throwable failure) {
        if (!policy.on()) {
            return true;
        }
        if (state instanceof Closed closed) {
            TaskId task = event.event.taskId();
            state = closed.failed(task, failure, policy, clock.instant());
            if (state instanceof Open open) {
                opened(open);
                waiting().ifPresent(text -> LOG.warn("{}", text));
            }
        } else if (state instanceof HalfOpen half && half.trying(event)) {
            Open open = half.failed(failure, policy, clock.instant());
            state = open;
            opened(open);
        }
        return state instanceof Closed;
    }

    /** A try has ended, and has said before what it had to say. */
    void ended(LiveEvent<?> event) {
        if (triedNow(event)) {
            begin(next(event));
        }
    }

    /** A place is gone: its events do not wait any more, and one that is being tried there leaves its turn, should it never end. */
    void forget(Object place) {
        begin(left(place));
    }

    private synchronized @Nullable Waiting left(Object place) {
        line.removeIf(waiting -> waiting.place() == place);
        if (state instanceof HalfOpen half && half.tryingAt(place)) {
            state = half.unanswered();
            return nextInLine();
        }
        return null;
    }

    /** What the sink waits for, if it waits. */
    Optional<String> waiting() {
        BreakerState now = state;
        if (now instanceof Open open) {
            return Optional.of(text(open.outage()) + " The next try comes at " + open.nextTry() + ".");
        }
        return now instanceof HalfOpen half
                ? Optional.of(text(half.outage())
                        + (half.trier() == null
                                ? " The next event is tried when it comes."
                                : " An event is being tried now."))
                : Optional.empty();
    }

    private String text(BreakerState.Outage outage) {
        String failure = text(outage.lastFailure());
        String shown = failure.length() > LONGEST_FAILURE ? failure.substring(0, LONGEST_FAILURE) + "…" : failure;
        return "Sink " + sink + " has waited for its target since " + outage.since() + ", after "
                + policy.failures() + " failed tries in a row, with its events in place. The last failure was "
                + shown + (shown.endsWith(".") ? "" : ".");
    }

    /** As the exception itself says it, whose own methods may throw. */
    private static String text(Throwable failure) {
        String name = failure.getClass().getName();
        String message = TaskError.of(failure).message();
        return message.equals(name) ? name : name + ": " + message;
    }

    private boolean triedNow(LiveEvent<?> event) {
        return state instanceof HalfOpen half && half.trying(event);
    }

    private void opened(Open open) {
        timer.after(open.pause(), () -> begin(due()));
    }

    private synchronized @Nullable Waiting due() {
        if (state instanceof Open open) {
            state = open.due();
        }
        return nextInLine();
    }

    private synchronized @Nullable Waiting next(LiveEvent<?> ended) {
        if (state instanceof HalfOpen half && half.trying(ended)) {
            state = half.unanswered();
            return nextInLine();
        }
        return null;
    }

    private @Nullable Waiting nextInLine() {
        Waiting first = state instanceof HalfOpen half && half.trier() == null ? line.poll() : null;
        if (first != null && state instanceof HalfOpen half) {
            state = half.tries(first.event(), first.place());
        }
        return first;
    }

    private static void begin(@Nullable Waiting waiting) {
        if (waiting != null) {
            waiting.begin().run();
        }
    }
}
