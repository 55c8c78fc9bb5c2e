package io.taskqueue.streams.execution;

import io.taskqueue.event.TaskId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one partition: a queue for each task, in order, and the state of the first job of each queue. Thread-safe; each
 * transition is one atomic step, so that it is always known whether something is in progress.
 *
 * <pre>
 *        add, next                                   done
 *   -----------------&gt; active ------------------------------------------&gt; (removed; the queue's next one)
 *                       |   ^  |
 *                       |   |  +- blocked -&gt; (stays the first of its queue, until the queue is taken)
 *                       v   |
 *      held (while nothing may begin) | delayed (until its time) | at the target (while that is unavailable)
 *                                                                              | at the limit (until it has a permit)
 * </pre>
 *
 * <p>Times are nanoseconds since the executor was created.
 */
final class KeyedQueues<J extends Job> {

    private final Map<TaskId, Queue<J>> queues = new HashMap<>();
    private final TreeMap<Long, Integer> delayed = new TreeMap<>();
    private List<J> held = new ArrayList<>();
    private int active;
    private int atTarget;
    private int atLimit;

    /** Puts a job at the end of its task's queue, and returns whether it is the first there, and active now. */
    synchronized boolean add(J job) {
        Queue<J> queue = queues.computeIfAbsent(job.task(), task -> new ArrayDeque<>(2));
        queue.add(job);
        if (queue.size() == 1) {
            active++;
        }
        return queue.size() == 1;
    }

    /** A job that was active is done: the next one of its queue is active now, if there is one. */
    synchronized @Nullable J next(TaskId task) {
        Queue<J> queue = queues.get(task);
        J next = null;
        if (queue != null) {
            queue.remove();
            next = queue.peek();
            if (next == null) {
                queues.remove(task);
            }
        }
        if (next == null) {
            active--;
        }
        return next;
    }

    /** A job that was active is blocked, and its queue with it. */
    synchronized void blocked() {
        active--;
    }

    /** Removes a queue that is blocked, and returns its jobs, in order. */
    synchronized List<J> take(TaskId task) {
        Queue<J> queue = queues.remove(task);
        return queue == null ? List.of() : List.copyOf(queue);
    }

    /** An active job is delayed until a time. */
    synchronized void delayUntil(long time) {
        delayed.merge(time, 1, Integer::sum);
        active--;
    }

    /** A job that was delayed until a time is active now. */
    synchronized void due(long time) {
        delayed.computeIfPresent(time, (due, jobs) -> jobs == 1 ? null : jobs - 1);
        active++;
    }

    /** An active job waits for the target. */
    synchronized void waitForTarget() {
        atTarget++;
        active--;
    }

    /** A job that waited for the target is active now. */
    synchronized void leaveTarget() {
        atTarget--;
        active++;
    }

    /** An active job waits for a permit of the rate limit. */
    synchronized void waitForLimit() {
        atLimit++;
        active--;
    }

    /** A job that waited for a permit is active now. */
    synchronized void leaveLimit() {
        atLimit--;
        active++;
    }

    /** An active job is held, because nothing may begin now. */
    synchronized void hold(J job) {
        held.add(job);
        active--;
    }

    /** The jobs that were held, which are active now. */
    synchronized List<J> release() {
        if (held.isEmpty()) {
            return List.of();
        }
        List<J> released = held;
        held = new ArrayList<>();
        active += released.size();
        return released;
    }

    /** Whether no job is active or held: those that there are wait for their time, for the target, or for a permit. */
    synchronized boolean still() {
        return active == 0 && held.isEmpty();
    }

    /** The first time until which a job is delayed. */
    synchronized OptionalLong firstDue() {
        return delayed.isEmpty() ? OptionalLong.empty() : OptionalLong.of(delayed.firstKey());
    }

    /** Whether a job waits for the target. */
    synchronized boolean anyAtTarget() {
        return atTarget > 0;
    }

    /** Whether a job waits for a permit of the rate limit. */
    synchronized boolean anyAtLimit() {
        return atLimit > 0;
    }
}
