package io.taskqueue.streams;

import io.taskqueue.event.TaskId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs one task's events one after the other, in order, and those of different tasks side by side. A worker begins its lane's
 * next event itself; a lane that waits for its next try, or for the target, holds no worker. Thread-safe.
 */
final class Lanes<T> {

    /** So many begin together at most. */
    private static final int TOGETHER = 16;

    private final List<LiveEvent<T>> admitted = new ArrayList<>();
    private final TaskLines<T> lines = new TaskLines<>();
    private final Gate gate = new Gate();
    private final WorkerThreads threads;
    private final Breaker breaker;
    private final Worker<T> worker;
    private final Clock clock;

    Lanes(SinkParts.Workers workers, Worker<T> worker, Clock clock) {
        this.threads = workers.threads();
        this.breaker = workers.breaker();
        this.worker = worker;
        this.clock = clock;
    }

    /** Puts an event at the end of its task's lane. */
    void admit(LiveEvent<T> event) {
        if (lines.add(event)) {
            begin(event);
        }
    }

    /** Empties a task's lane, whose worker has left it, and returns what was in it, in order. */
    List<LiveEvent<T>> take(TaskId task) {
        return lines.take(task);
    }

    /** Does so too, but the first of a lane begins with some others, or when told. Only the stream thread calls it. */
    void admitSoon(LiveEvent<T> event) {
        if (lines.add(event)) {
            admitted.add(event);
            if (admitted.size() >= TOGETHER) {
                beginAdmitted();
            }
        }
    }

    /** Begins what was to begin soon. Only the stream thread calls it. */
    void beginAdmitted() {
        admitted.forEach(this::begin);
        admitted.clear();
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

    /**
     * Pauses, if nothing runs and nothing is about to, and says for how long that would stay so. Otherwise it may be paused or
     * not: to be resumed.
     */
    Optional<Duration> pauseWhileStill() {
        if (!lines.still()) {
            return Optional.empty();
        }
        gate.pause(); // what begins from here on is held
        return lines.stillFor(clock.instant(), breaker.waitLeft());
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
                beginAfter(again.backoff(), event);
                return;
            }
            if (next instanceof Worker.Next.Held) {
                hold(event);
                return;
            }
            if (next instanceof Worker.Next.Blocked) {
                lines.blocked();
                return;
            }
            event = lines.next(event.event.taskId());
        }
    }

    /** Whether the event may begin; otherwise it waits for the target, unless it would run nothing anyway. */
    private boolean mayAct(LiveEvent<T> event) {
        if (event.runsNothing() || breaker.closed()) {
            return true;
        }
        lines.waitsForTarget();
        boolean admitted = breaker.admits(event, this, () -> {
            lines.leavesTarget();
            begin(event);
        });
        if (admitted) {
            lines.leavesTarget();
        }
        return admitted;
    }

    private void beginAfter(Duration wait, LiveEvent<T> event) {
        Instant time = clock.instant().plus(wait);
        lines.waitsUntil(time);
        threads.executeAfter(wait, () -> {
            lines.itIsTime(time);
            run(event);
        });
    }

    private void hold(LiveEvent<T> event) {
        lines.hold(event);
        if (!gate.paused()) {
            startHeld(); // it was resumed between the refusal and now
        }
    }

    private void startHeld() {
        if (!gate.isShut()) {
            lines.release().forEach(this::begin);
        }
    }
}
