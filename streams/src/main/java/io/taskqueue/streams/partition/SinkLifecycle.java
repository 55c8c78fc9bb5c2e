package io.taskqueue.streams.partition;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The lifecycle of a sink instance, which stops the workers of all its partitions together before their state commits for the last
 * time here.
 *
 * <pre>
 *             handOver, resume
 *   WORKING &lt;------------------&gt; HANDING_OVER      within a revocation: its commit waits for running workers
 *      |                              |
 *      +----------- fail ------------+---&gt; FAILING     a partition failed: the sink stops once the rest is committed
 *      |                              |        |
 *      +----------- close -----------+--------+---&gt; CLOSING
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class SinkLifecycle {

    /** How long a poll of a sink that is idle waits for records. */
    public static final Duration LONG_POLL = Duration.ofMillis(100);

    /** The states; see {@link SinkLifecycle}. */
    public enum State {
        WORKING,
        HANDING_OVER,
        FAILING,
        CLOSING
    }

    /** A partition of the sink. */
    public interface Member {

        int partition();

        /** Begins nothing until the next pass, or never where the sink stops. */
        void pause(boolean sinkStopping);

        /** Waits until no worker runs; returns what is left of the time, in nanoseconds. */
        long awaitIdle(long nanos) throws InterruptedException;

        /** Waits until no worker runs and all outcomes are recorded; returns what is left of the time, in nanoseconds. */
        long awaitRecorded(long nanos) throws InterruptedException;

        /** Whether a revocation now would lose nothing; called on the stream thread. */
        boolean safeToRevoke();

        /** Whether nothing runs, nothing is about to, and all is committed; called on the stream thread. */
        boolean idle();

        /** Whether as many events are in flight as may be; called on the stream thread. */
        boolean full();
    }

    private final Map<Integer, Member> members = new ConcurrentHashMap<>();
    private final Set<Member> waitedFor = new HashSet<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.WORKING);

    public void join(Member member) {
        members.put(member.partition(), member);
    }

    public void leave(Member member) {
        members.remove(member.partition(), member);
        waitedFor.remove(member);
    }

    /** The share of the partitions that this instance has, at least that of one. */
    public double share(int partitions) {
        return Math.min(1, Math.max(1, members.size()) / (double) Math.max(1, partitions));
    }

    public State state() {
        return state.get();
    }

    /** Whether nothing begins any more in any partition. */
    public boolean stopping() {
        State now = state.get();
        return now == State.FAILING || now == State.CLOSING;
    }

    /** Whether a commit now may be the last one of a partition here. */
    public boolean lastCommit() {
        return state.get() != State.WORKING;
    }

    /** A partition cannot continue: the sink stops once all outcomes are committed. */
    void fail() {
        state.getAndUpdate(now -> now == State.CLOSING ? now : State.FAILING);
    }

    /** A revocation begins: its commit waits for what runs. */
    public void handOver() {
        state.compareAndSet(State.WORKING, State.HANDING_OVER);
    }

    /** The revocation is over: partitions that stayed here continue. */
    public void resume() {
        state.compareAndSet(State.HANDING_OVER, State.WORKING);
    }

    /**
     * Waits, just before a commit, until no worker of any partition runs. All partitions share one wait of at most a time, because
     * they share one transaction, which must not outlive its own timeout. Called on the stream thread.
     */
    void pauseAndAwait(Member member, long nanos) throws InterruptedException {
        if (waitedFor.contains(member)) {
            return; // it had its wait in this commit
        }
        Set<Member> all = new HashSet<>(members.values());
        all.add(member);
        boolean stopping = stopping();
        all.forEach(each -> each.pause(stopping));
        waitedFor.addAll(all);
        long left = nanos;
        for (Member each : all) {
            left = each.awaitIdle(left);
        }
    }

    /** A partition works again after a commit. Called on the stream thread. */
    void resumed(Member member) {
        waitedFor.remove(member);
    }

    /** Whether a revocation now would lose nothing; called on the stream thread. */
    public boolean safeToRevoke() {
        return state.get() == State.CLOSING || members.values().stream().allMatch(Member::safeToRevoke);
    }

    /** Whether there is nothing to wait for but new records; called on the stream thread. */
    public boolean idle() {
        return !members.isEmpty() && members.values().stream().allMatch(Member::idle);
    }

    /** The partitions of which no more events are to be read now; called on the stream thread. */
    public List<Integer> full() {
        return members.values().stream()
                .filter(Member::full)
                .map(Member::partition)
                .toList();
    }

    /** Stops all partitions, and waits for what runs, at most a time. The stream thread must still be running. */
    public void close(long nanos) throws InterruptedException {
        state.set(State.CLOSING);
        members.values().forEach(each -> each.pause(true));
        long left = nanos;
        for (Member each : members.values()) {
            left = each.awaitRecorded(left);
        }
    }
}
