package io.taskqueue.torture.fault;

import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.torture.cluster.RunRecorder;
import io.taskqueue.torture.history.RunEntry.Disturbance;
import io.taskqueue.torture.network.LinkCondition;
import io.taskqueue.torture.network.TcpProxy;
import io.taskqueue.torture.workload.TortureTarget;
import java.time.Duration;

/** The faults of the sinks' target, and of the network before it. */
public final class TargetFaults implements FaultInjector {

    private static final int CALLS_CHECKS = 300;

    private final TortureTarget target;
    private final TcpProxy proxy;
    private final RunRecorder recorder;
    private final ShutdownSignal shutdown;

    public TargetFaults(TortureTarget target, TcpProxy proxy, RunRecorder recorder, ShutdownSignal shutdown) {
        this.target = target;
        this.proxy = proxy;
        this.recorder = recorder;
        this.shutdown = shutdown;
    }

    @Override
    public void keepRunning() {
        // the target is in this process
    }

    @Override
    public void inject(Fault fault) throws InterruptedException {
        awaitCalls();
        String id = recorder.faultBegan(fault.kind().text(), "*", Disturbance.PROGRESS, "");
        if (fault.kind() == FaultKind.REFUSE_AT_TARGET) {
            target.refuse(true);
        } else {
            proxy.set(condition(fault));
        }
        var unusedSignal = shutdown.await(fault.lasts());
        target.refuse(false);
        proxy.set(new LinkCondition.Open());
        recorder.faultEnded(id);
    }

    /** A fault of the target shows only where calls are made. */
    private void awaitCalls() throws InterruptedException {
        long before = target.calls();
        for (int check = 0; check < CALLS_CHECKS && target.calls() == before && !shutdown.isReceived(); check++) {
            var unusedSignal = shutdown.await(Duration.ofMillis(100));
        }
    }

    private static LinkCondition condition(Fault fault) {
        return switch (fault.kind()) {
            case CUT_TARGET -> new LinkCondition.Cut();
            case SLOW_TARGET -> new LinkCondition.Slow(Duration.ofMillis(50 + fault.choice() % 1_500));
            case HALF_OPEN_TARGET -> new LinkCondition.HalfOpen();
            case LOSE_TARGET_ANSWERS -> new LinkCondition.AnswersLost();
            default -> throw new IllegalArgumentException(fault.kind() + " is not a fault of the target.");
        };
    }
}
