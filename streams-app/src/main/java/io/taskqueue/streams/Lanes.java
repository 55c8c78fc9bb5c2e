package io.taskqueue.streams;

import io.taskqueue.event.TaskId;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Runs one task's events one after the other, in order, and those of different tasks side by side. A worker begins its lane's
 * next event itself; a lane that waits for its next try holds no worker. Thread-safe.
 */
final class Lanes<T> {

    private final Map<TaskId, Queue<LiveEvent<T>>> lanes = new HashMap<>();
    private final Queue<LiveEvent<T>> held = new ConcurrentLinkedQueue<>();
    private final Gate gate = new Gate();
    private final WorkerThreads threads;
    private final Breaker breaker;
    private final Worker<T> worker;

    Lanes(SinkParts.Workers workers, Worker<T> worker) {
        this.threads = workers.threads();
        this.breaker = workers.breaker();
        this.worker = worker;
    }

    /** Puts an event at the end of its task's lane. */
    void admit(LiveEvent<T> event) {
        if (enqueue(event)) {
            begin(event);
        }
    }

    /** Empties a task's lane, whose worker has left it, and returns what was in it, in order. */
    List<LiveEvent<T>> take(TaskId task) {
        synchronized (lanes) {
            Queue<LiveEvent<T>> lane = lanes.remove(task);
            return lane == null ? List.of() : List.copyOf(lane);
        }
    }

    /** Begins no further event until resumed. */
    void pause() {
        gate.pause();
    }

    void resume() {
        if (gate.paused()) {
            gate.resume();
            startHeld();
        }
    }

    /** Waits until nothing runs, and returns what is left of the time, in nanoseconds. */
    long awaitIdle(long nanos) throws InterruptedException {
        return gate.awaitIdle(nanos);
    }

    /** Interrupts what runs and begins nothing any more. */
    void shut() {
        gate.shut();
        breaker.forget(this);
    }

    private void begin(LiveEvent<T> event) {
        threads.execute(() -> run(event));
    }

    private void run(LiveEvent<T> first) {
        LiveEvent<T> event = first;
        while (event != null) {
            if (!mayAct(event)) {
                return;
            }
            if (!gate.enter()) {
                breaker.ended(event);
                hold(event);
                return;
            }
            Worker.Next next;
            try {
                next = worker.apply(event, gate::isShut);
            } finally {
                gate.leave();
                breaker.ended(event);
            }
            if (next instanceof Worker.Next.Again again) {
                LiveEvent<T> failed = event;
                threads.executeAfter(again.backoff(), () -> run(failed));
                return;
            }
            if (next instanceof Worker.Next.Held) {
                hold(event);
                return;
            }
            if (next instanceof Worker.Next.Blocked) {
                return;
            }
            event = advance(event.event.taskId());
        }
    }

    /** Whether the event may begin; otherwise it waits for the target, unless it would run nothing anyway. */
    private boolean mayAct(LiveEvent<T> event) {
        return event.runsNothing() || breaker.admits(event, this, () -> begin(event));
    }

    private void hold(LiveEvent<T> event) {
        held.add(event);
        if (!gate.paused()) {
            startHeld(); // it was resumed between the refusal and now
        }
    }

    private void startHeld() {
        if (gate.isShut()) {
            return;
        }
        for (LiveEvent<T> event = held.poll(); event != null; event = held.poll()) {
            begin(event);
        }
    }

    /** Whether the event is the first of its lane; otherwise the worker of the one before begins it. */
    private boolean enqueue(LiveEvent<T> event) {
        synchronized (lanes) {
            Queue<LiveEvent<T>> lane = lanes.computeIfAbsent(event.event.taskId(), task -> new ArrayDeque<>(2));
            lane.add(event);
            return lane.size() == 1;
        }
    }

    private @Nullable LiveEvent<T> advance(TaskId task) {
        synchronized (lanes) {
            Queue<LiveEvent<T>> lane = lanes.get(task);
            if (lane == null) {
                return null;
            }
            lane.remove();
            if (lane.isEmpty()) {
                lanes.remove(task);
            }
            return lane.peek();
        }
    }
}
