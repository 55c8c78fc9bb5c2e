package io.taskqueue.streams;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.streams.processor.TaskId;

/**
 * Brings the workers of all partitions to rest before their state commits for the last time here. Thread-safe.
 *
 * <pre>
 *   working &lt;----&gt; handing over                (a revocation: what runs is waited for in the commit)
 *      |                |
 *      +----------------+----&gt; closing, failing  (for good: nothing begins any more; one partition's failure stops all)
 * </pre>
 */
final class Quiesce {

    /** What can be brought to rest: the workers of a partition. */
    interface Restful {

        /** Begins nothing any more. */
        void pause();

        /** Waits until nothing runs and all of it is written down; returns what is left of the time, in nanoseconds. */
        long awaitRest(long nanos) throws InterruptedException;

        /** Waits until nothing runs; returns what is left of the time, in nanoseconds. */
        long awaitIdle(long nanos) throws InterruptedException;

        /** Whether a revocation now would commit what was found out; asked on the stream thread. */
        boolean willCommit();

        /** Whether nothing runs, nothing is about to, and all is committed; asked on the stream thread. */
        boolean still();

        /** Whether as much is in flight as may be; asked on the stream thread. */
        boolean full();
    }

    private final Map<TaskId, Restful> working = new ConcurrentHashMap<>();
    private final Set<Restful> rested = new HashSet<>();
    private volatile boolean closing;
    private volatile boolean failing;
    private volatile boolean handingOver;

    void join(TaskId task, Restful processor) {
        working.put(task, processor);
    }

    void leave(TaskId task, Restful processor) {
        working.remove(task, processor);
        rested.remove(processor);
    }

    boolean closing() {
        return closing;
    }

    /** A partition cannot go on, so the sink will stop once all that was found out is committed. */
    void failing() {
        failing = true;
    }

    /** Whether nothing begins any more in any partition. */
    boolean stopping() {
        return closing || failing;
    }

    boolean handingOver() {
        return handingOver;
    }

    void handingOver(boolean now) {
        handingOver = now;
    }

    /**
     * Waits, just before a commit, until nothing runs in a partition. All partitions share one wait of at most a time, because
     * they share one transaction, which must not outlive its own time-out. Called on the stream thread only.
     */
    void rest(Restful one, long nanos) throws InterruptedException {
        if (rested.contains(one)) {
            return; // it had its time in this commit
        }
        Set<Restful> all = new HashSet<>(working.values());
        all.add(one);
        all.forEach(Restful::pause);
        rested.addAll(all);
        long left = nanos;
        for (Restful processor : all) {
            left = processor.awaitIdle(left);
        }
    }

    /** A partition works again after a commit. Called on the stream thread only. */
    void resumed(Restful processor) {
        rested.remove(processor);
    }

    /** Whether a revocation now would lose nothing; asked on the stream thread. */
    boolean willCommit() {
        return closing || working.values().stream().allMatch(Restful::willCommit);
    }

    /** Whether there is nothing to notice but new records; asked on the stream thread. */
    boolean still() {
        return !working.isEmpty() && working.values().stream().allMatch(Restful::still);
    }

    /** The partitions of which nothing more is to be taken for now; asked on the stream thread. */
    List<Integer> full() {
        return working.entrySet().stream()
                .filter(entry -> entry.getValue().full())
                .map(entry -> entry.getKey().partition())
                .toList();
    }

    /** Brings all to rest for good, and waits for what runs, at most a time. The stream thread must still be running. */
    void close(long nanos) throws InterruptedException {
        closing = true;
        working.values().forEach(Restful::pause);
        long left = nanos;
        for (Restful processor : working.values()) {
            left = processor.awaitRest(left);
        }
    }
}
