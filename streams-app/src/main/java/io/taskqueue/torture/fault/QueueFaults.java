package io.taskqueue.torture.fault;

import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.torture.cluster.PausedProcess;
import io.taskqueue.torture.cluster.QueueDispatchers;
import io.taskqueue.torture.cluster.RunRecorder;
import io.taskqueue.torture.cluster.TortureProcess;
import io.taskqueue.torture.history.RunEntry.Disturbance;
import io.taskqueue.torture.workload.HaltPoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The faults of one queue: its dispatchers die, stand still, take over from each other, and have wrong clocks. */
public final class QueueFaults implements FaultInjector {

    private static final List<HaltPoint> POINTS = List.of(
            HaltPoint.CLAIMED,
            HaltPoint.RECOVERING,
            HaltPoint.COMPLETING,
            HaltPoint.ACKNOWLEDGED,
            HaltPoint.HANDING_OVER);
    private static final int MAX_PASS = 8;
    private static final Duration FILLED = Duration.ofSeconds(1);
    private static final Duration POINT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration HAND_OVER_TIMEOUT = Duration.ofSeconds(30);

    private final QueueDispatchers dispatchers;
    private final RunRecorder recorder;
    private final ShutdownSignal shutdown;

    public QueueFaults(QueueDispatchers dispatchers, RunRecorder recorder, ShutdownSignal shutdown) {
        this.dispatchers = dispatchers;
        this.recorder = recorder;
        this.shutdown = shutdown;
    }

    @Override
    public void keepRunning() throws Exception {
        var unused = dispatchers.owner();
    }

    @Override
    public void inject(Fault fault) throws Exception {
        TortureProcess owner = dispatchers.owner();
        switch (fault.kind()) {
            case KILL_DISPATCHER -> kill(fault, owner);
            case KILL_DISPATCHER_AT_POINT -> killAtPoint(fault, owner);
            case PAUSE_DISPATCHER -> pause(fault, owner);
            case TAKE_OVER -> {
                String id = begin(fault, owner, Disturbance.NOTHING, "");
                var unused = dispatchers.startAndAwait();
                recorder.faultEnded(id);
            }
            case HAND_OVER -> handOver(fault, owner);
            case CLOCK_STEP -> step(fault, owner);
            default -> throw new IllegalArgumentException(fault.kind() + " is not a fault of a queue.");
        }
    }

    private String begin(Fault fault, TortureProcess process, Disturbance disturbs, String detail) {
        return recorder.faultBegan(fault.kind().text(), process.name(), disturbs, detail);
    }

    private void kill(Fault fault, TortureProcess owner) throws Exception {
        String id = begin(fault, owner, Disturbance.PROGRESS, "");
        owner.kill();
        var unused = dispatchers.startAndAwait();
        recorder.faultEnded(id);
    }

    /** At the start of the next dispatcher, while it works, or while it hands the queue over. */
    private void killAtPoint(Fault fault, TortureProcess owner) throws Exception {
        HaltPoint point = POINTS.get(fault.choice() % POINTS.size());
        int pass = point == HaltPoint.CLAIMED ? 1 : 1 + fault.choice() / POINTS.size() % MAX_PASS;
        String id = begin(fault, owner, Disturbance.PROGRESS, point + ", pass " + pass);
        owner.kill();
        TortureProcess next = dispatchers.start(Map.of("halt-point", point.name(), "halt-pass", String.valueOf(pass)));
        if (point == HaltPoint.HANDING_OVER && next.awaitReady(POINT_TIMEOUT)) {
            var unusedSignal = shutdown.await(FILLED);
            next.send("hand-over");
        }
        // one that does not get there, for example because there is nothing to recover, is killed anyway
        if (!next.awaitEnd(POINT_TIMEOUT)) {
            next.kill();
        }
        var unused = dispatchers.startAndAwait();
        recorder.faultEnded(id);
    }

    private void pause(Fault fault, TortureProcess owner) throws Exception {
        String id = begin(fault, owner, Disturbance.PROGRESS, "another dispatcher takes over meanwhile");
        try (PausedProcess paused = PausedProcess.stop(owner)) {
            var unused = dispatchers.startAndAwait();
            paused.hold(shutdown, fault.lasts());
        }
        recorder.faultEnded(id);
    }

    private void handOver(Fault fault, TortureProcess owner) throws Exception {
        boolean killed = fault.choice() % 4 == 0;
        String id = begin(
                fault, owner, killed ? Disturbance.PROGRESS : Disturbance.NOTHING, killed ? "killed meanwhile" : "");
        owner.send("hand-over");
        if (killed) {
            var unusedSignal = shutdown.await(Duration.ofMillis(fault.choice() % 1_500L));
            owner.kill();
        } else if (!owner.awaitEnd(HAND_OVER_TIMEOUT)) {
            owner.kill();
        }
        var unused = dispatchers.startAndAwait();
        recorder.faultEnded(id);
    }

    /** Up to an hour forward or back. The clock stays wrong until the dispatcher ends. */
    private void step(Fault fault, TortureProcess owner) {
        long seconds = 1 + fault.choice() / 2 % 3_600L;
        Duration by = Duration.ofSeconds(fault.choice() % 2 == 0 ? seconds : -seconds);
        var unused = begin(fault, owner, Disturbance.CLOCK, by.toString());
        owner.send("step " + by);
    }
}
