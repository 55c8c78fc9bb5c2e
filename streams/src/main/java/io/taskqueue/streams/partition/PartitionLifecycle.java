package io.taskqueue.streams.partition;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.execution.Admission;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lifecycle of one partition's work: whether workers may begin events, and why not. The methods that change the state are the
 * only transitions; called in another state they have no effect, or throw, as the table in {@code PartitionLifecycleTest} states.
 *
 * <pre>
 *             start
 *   CREATED ---------+
 *                    |
 *   +- continuing ---|-----------------------------------------------------+
 *   |                v      beginPass             suspend                  |
 *   |             RESTORED -----------&gt; WORKING ------------&gt; WAITING      |
 *   |                |                   ^   |  &lt;------------    |         |
 *   |                |                   |   |    beginPass      |         |
 *   |       handOver |        beginPass: |   | handOver          | handOver|
 *   |                |    it stayed here |   v                   |         |
 *   |                +--------------&gt; HANDING_OVER &lt;-------------+         |
 *   +----------------------------------------------------------------------+
 *       | stop, or beginPass       | fail                     | halt
 *       | while the sink stops     |                          |
 *       v           fail           v           halt           v
 *    STOPPING ----------------&gt; FAILING ----------------&gt; HALTING
 *       |                          |                        ^ |
 *       +--------------------------|------- halt -----------+ | written
 *                          written |                          |
 *                                  +--------&gt; FAILED &lt;--------+
 *
 *   any but REVIVED -- release --&gt; RELEASED
 *   any but CREATED -- start ----&gt; REVIVED
 *
 *   WORKING        workers may begin events
 *   WAITING        nothing can begin for a while, so nothing does before the next pass
 *   HANDING_OVER   the partition may be revoked with the commit that follows
 *   STOPPING       the sink stops, or another partition failed
 *   FAILING        the reason is known; outcomes of running events are written first
 *   HALTING        the same, and the record before which the sink halts is held, with all later ones
 *   FAILED         all is written and commits now; {@link PartitionWork#beginPass} then throws the reason
 *   RELEASED       the partition is revoked or lost: running workers are interrupted
 *   REVIVED        Kafka Streams reuses the processor; {@code SinkProcessor} refuses each pass
 * </pre>
 *
 * <p>Thread-safe: the stream thread calls the transitions, but {@link #stop} may be called by any thread; workers call
 * {@link #enter}, {@link #leave} and {@link #admit}.
 */
public final class PartitionLifecycle implements Admission {

    /** The states; see {@link PartitionLifecycle}. */
    public enum State {
        CREATED,
        RESTORED,
        WORKING,
        WAITING,
        HANDING_OVER,
        STOPPING,
        FAILING,
        HALTING,
        FAILED,
        RELEASED,
        REVIVED
    }

    /** The states in which work continues, now or after the next pass begins. */
    private static final Set<State> CONTINUING =
            EnumSet.of(State.RESTORED, State.WORKING, State.WAITING, State.HANDING_OVER);

    private static final Map<State, Set<State>> LEGAL = new EnumMap<>(Map.of(
            State.CREATED, EnumSet.of(State.RESTORED),
            State.RESTORED, EnumSet.of(State.WORKING, State.HANDING_OVER, State.STOPPING, State.FAILING, State.HALTING),
            State.WORKING, EnumSet.of(State.WAITING, State.HANDING_OVER, State.STOPPING, State.FAILING, State.HALTING),
            State.WAITING, EnumSet.of(State.WORKING, State.HANDING_OVER, State.STOPPING, State.FAILING, State.HALTING),
            State.HANDING_OVER, EnumSet.of(State.WORKING, State.STOPPING, State.FAILING, State.HALTING),
            State.STOPPING, EnumSet.of(State.FAILING, State.HALTING),
            State.FAILING, EnumSet.of(State.HALTING, State.FAILED),
            State.HALTING, EnumSet.of(State.FAILED)));

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Set<Thread> workers = new HashSet<>();

    /** Written inside the lock; read without it, because the stream thread reads it for each record, and workers contend for the lock. */
    private volatile State state = State.CREATED;

    private volatile @Nullable SinkStoppedException failure;

    public State state() {
        return state;
    }

    /** What was in flight is restored; no worker begins before the first pass. A second call revives the partition. */
    public void start() {
        lock.lock();
        try {
            if (state == State.CREATED) {
                to(State.RESTORED);
            } else {
                state = State.REVIVED; // from any other state, as Kafka Streams decides
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * A pass of the stream thread begins: the partition was not revoked since the last one.
     *
     * @param sinkStopping whether nothing begins any more in any partition of the sink
     * @return whether workers may begin now and could not before
     */
    public boolean beginPass(boolean sinkStopping) {
        if (state == State.WORKING && !sinkStopping) {
            return false;
        }
        lock.lock();
        try {
            requireOneOf("beginPass", EnumSet.complementOf(EnumSet.of(State.CREATED, State.RELEASED)));
            if (!CONTINUING.contains(state)) {
                return false;
            }
            if (sinkStopping) {
                to(State.STOPPING);
                return false;
            }
            boolean resumed = state != State.WORKING;
            if (resumed) {
                to(State.WORKING);
            }
            return resumed;
        } finally {
            lock.unlock();
        }
    }

    /** Suspends the partition: no worker begins before the next pass, so a revocation finds nothing running. Only in WORKING. */
    public void suspend() {
        lock.lock();
        try {
            if (state == State.WORKING) {
                to(State.WAITING);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The partition may be revoked with the commit that follows: nothing begins until the next pass. */
    public void handOver() {
        lock.lock();
        try {
            if (CONTINUING.contains(state) && state != State.HANDING_OVER) {
                to(State.HANDING_OVER);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The sink stops: nothing begins any more. */
    public void stop() {
        lock.lock();
        try {
            if (CONTINUING.contains(state)) {
                to(State.STOPPING);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The sink fails because of this partition: nothing begins any more. Later failures do not replace the reason. */
    public void fail(SinkStoppedException reason) {
        failTo(State.FAILING, reason);
    }

    /** The sink fails before a record, which is held with those behind it. Later failures do not replace the reason. */
    public void halt(SinkStoppedException reason) {
        failTo(State.HALTING, reason);
    }

    private void failTo(State failed, SinkStoppedException reason) {
        lock.lock();
        try {
            if (CONTINUING.contains(state) || state == State.STOPPING) {
                failure = reason;
                to(failed);
            } else if (state == State.FAILING && failed == State.HALTING) {
                to(State.HALTING);
            }
        } finally {
            lock.unlock();
        }
    }

    /** All outcomes are written, in a commit before which all partitions were idle. Has an effect after a failure only. */
    public void written() {
        lock.lock();
        try {
            if (state == State.FAILING || state == State.HALTING) {
                to(State.FAILED);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The partition is revoked: nothing begins any more and running workers are interrupted. */
    public void release() {
        lock.lock();
        try {
            if (state != State.REVIVED) {
                state = State.RELEASED; // from any other state, as a revocation cannot be refused
            }
            workers.forEach(Thread::interrupt);
        } finally {
            lock.unlock();
        }
    }

    /** Why the sink fails because of this partition, if it does. */
    public Optional<SinkStoppedException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether nothing begins, in this pass or a later one; also before the start. */
    public boolean ending() {
        return !CONTINUING.contains(state());
    }

    @Override
    public boolean admits() {
        return state() == State.WORKING;
    }

    @Override
    public boolean revoked() {
        State now = state();
        return now == State.RELEASED || now == State.REVIVED;
    }

    /** Does something in one step with the check that workers may begin; returns false, and does nothing, where they may not. */
    boolean admit(Runnable step) {
        lock.lock();
        try {
            if (state != State.WORKING) {
                return false;
            }
            step.run();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean enter() {
        return admit(() -> workers.add(Thread.currentThread()));
    }

    @Override
    public void leave() {
        lock.lock();
        try {
            workers.remove(Thread.currentThread());
            Thread.interrupted();
            if (workers.isEmpty()) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether no worker runs and none can begin before the next pass. */
    boolean quiet() {
        lock.lock();
        try {
            return state != State.WORKING && workers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no worker runs, and returns what is left of the time, in nanoseconds; 0 or less if one still does. */
    long awaitIdle(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!workers.isEmpty() && left > 0) {
                left = idle.awaitNanos(left);
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    private void to(State next) {
        if (!LEGAL.getOrDefault(state, Set.of()).contains(next)) {
            throw new IllegalStateException("A partition that is " + state + " cannot become " + next
                    + ". This is a defect; please report it.");
        }
        state = next;
    }

    private void requireOneOf(String call, Set<State> allowed) {
        if (!allowed.contains(state)) {
            throw new IllegalStateException(
                    "A partition that is " + state + " cannot take " + call + ". This is a defect; please report it.");
        }
    }
}
