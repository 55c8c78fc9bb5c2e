package io.taskqueue.torture.fault;

import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.torture.cluster.PausedProcess;
import io.taskqueue.torture.cluster.RunRecorder;
import io.taskqueue.torture.cluster.SinkProcesses;
import io.taskqueue.torture.cluster.SmallDisk;
import io.taskqueue.torture.cluster.TortureProcess;
import io.taskqueue.torture.history.RunEntry.Disturbance;
import java.time.Duration;
import java.util.List;

/** The faults of a sink: its instances die, stand still, lose their state, join and leave, and its offsets are moved. */
public final class SinkFaults implements FaultInjector {

    private static final Duration POINT_TIMEOUT = Duration.ofSeconds(10);
    private static final int WORKING_CHECKS = 60;
    private static final Duration STARTED = Duration.ofSeconds(30);
    private static final Duration REBALANCED = Duration.ofSeconds(3);

    private final SinkProcesses sinks;
    private final SinkOffsets offsets;
    private final PoisonRecords poison;
    private final RunRecorder recorder;
    private final ShutdownSignal shutdown;
    private final int usualInstances;

    /** @param usualInstances how many run unless a fault changes it */
    public SinkFaults(
            SinkProcesses sinks,
            SinkOffsets offsets,
            PoisonRecords poison,
            RunRecorder recorder,
            ShutdownSignal shutdown,
            int usualInstances) {
        this.sinks = sinks;
        this.offsets = offsets;
        this.poison = poison;
        this.recorder = recorder;
        this.shutdown = shutdown;
        this.usualInstances = usualInstances;
    }

    @Override
    public void keepRunning() throws Exception {
        sinks.keepRunning();
    }

    /** A fault hits a sink that works: one that has not applied an event since the fault before would not notice it. */
    private void awaitWorking() throws Exception {
        long first = -1;
        for (int check = 0; check < WORKING_CHECKS && !shutdown.await(Duration.ofMillis(500)); check++) {
            sinks.keepRunning();
            SinkProcesses.Status status = sinks.status();
            if (status.answered() && first >= 0 && status.applied() > first) {
                return;
            }
            first = status.answered() && (first < 0 || status.applied() < first) ? status.applied() : first;
        }
    }

    @Override
    public void inject(Fault fault) throws Exception {
        awaitWorking();
        switch (fault.kind()) {
            case KILL_SINK -> kill(fault);
            case KILL_SINK_AT_POINT -> killAtPoint(fault);
            case PAUSE_SINK -> pause(fault);
            case REBALANCE -> rebalance(fault);
            case WIPE_STATE -> wipe(fault);
            case REPLAY, MOVE_OFFSETS -> moveOffsets(fault);
            case FULL_DISK -> fillDisk(fault);
            case POISON -> {
                String id = recorder.faultBegan(fault.kind().text(), "*", Disturbance.NOTHING, "");
                poison.write(fault.choice());
                recorder.faultEnded(id);
            }
            default -> throw new IllegalArgumentException(fault.kind() + " is not a fault of a sink.");
        }
    }

    /** What happens to one instance may concern all: its queues move to another one. */
    private String begin(Fault fault, String detail) {
        return recorder.faultBegan(fault.kind().text(), "*", Disturbance.PROGRESS, detail);
    }

    private void kill(Fault fault) throws Exception {
        TortureProcess child = sinks.process(fault.subject());
        String id = begin(fault, child.name());
        child.kill();
        var unused = sinks.start(fault.subject());
        recorder.faultEnded(id);
    }

    private void killAtPoint(Fault fault) throws Exception {
        TortureProcess child = sinks.process(fault.subject());
        int actions = 1 + fault.choice() % 20;
        String id = begin(fault, child.name() + ", after " + actions + " actions");
        child.send("kill-after " + actions);
        if (!child.awaitEnd(POINT_TIMEOUT)) {
            child.kill();
        }
        var unused = sinks.start(fault.subject());
        recorder.faultEnded(id);
    }

    private void pause(Fault fault) throws Exception {
        TortureProcess child = sinks.process(fault.subject());
        String id = begin(fault, child.name());
        try (PausedProcess paused = PausedProcess.stop(child)) {
            paused.hold(shutdown, fault.lasts());
        }
        recorder.faultEnded(id);
    }

    /** One more instance joins and leaves, or one of the usual ones leaves and joins. */
    private void rebalance(Fault fault) throws Exception {
        boolean more = fault.choice() % 2 == 0;
        int instance = more ? usualInstances : fault.subject();
        String id = begin(fault, (more ? "joins and leaves: " : "leaves and joins: ") + "instance " + instance);
        if (more) {
            TortureProcess joining = sinks.start(instance);
            var unusedReady = joining.awaitReady(STARTED);
            var unusedSignal = shutdown.await(REBALANCED);
            sinks.stop(instance);
        } else {
            sinks.stop(instance);
            var unusedSignal = shutdown.await(REBALANCED);
            var unused = sinks.start(instance);
        }
        recorder.faultEnded(id);
    }

    private void wipe(Fault fault) throws Exception {
        TortureProcess child = sinks.process(fault.subject());
        String id = begin(fault, child.name());
        child.kill();
        sinks.wipe(fault.subject());
        var unused = sinks.start(fault.subject());
        recorder.faultEnded(id);
    }

    /** The instance starts with a small disk, which is filled while it works, and ends with its own disk again. */
    private void fillDisk(Fault fault) throws Exception {
        int instance = fault.subject();
        String id = begin(fault, "instance " + instance);
        sinks.stop(instance);
        sinks.wipe(instance);
        try (SmallDisk disk = SmallDisk.mount(sinks.stateDirectory(instance))) {
            var unusedReady = sinks.start(instance).awaitReady(STARTED);
            var unusedWorking = shutdown.await(fault.lasts());
            disk.fill();
            var unusedFull = shutdown.await(fault.lasts().multipliedBy(3));
            disk.free();
            sinks.stop(instance);
        }
        var unused = sinks.start(instance);
        recorder.faultEnded(id);
    }

    private void moveOffsets(Fault fault) throws Exception {
        boolean ordered = fault.kind() == FaultKind.REPLAY;
        String id = begin(fault, ordered ? "by the command's order" : "by Kafka's Admin");
        List<Integer> instances = sinks.stopAll();
        if (ordered) {
            offsets.replay(share(fault));
        } else {
            offsets.move(share(fault));
        }
        for (int instance : instances) {
            var unused = sinks.start(instance);
        }
        recorder.faultEnded(id);
    }

    /** How far the offsets are moved: to the start of the log in half of the cases, otherwise back by a part of it. */
    private static double share(Fault fault) {
        return fault.choice() % 2 == 0 ? 1 : (fault.choice() % 100) / 100.0;
    }
}
