package io.taskqueue.cli.sink;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.shared.TopicOffsets;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.SinkTopology;
import io.taskqueue.streams.replay.ReplayReceipt;
import io.taskqueue.streams.status.SinkState;
import io.taskqueue.streams.status.SinkStatus;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/** Detects that a running sink is idle: it has consumed every event and every command, and none is in flight. */
public final class SinkIdleMonitor {

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(100);

    private final Admin admin;
    private final String topic;
    private final SinkService service;

    /** @param topic the event topic */
    public SinkIdleMonitor(Admin admin, String topic, SinkService service) {
        this.admin = admin;
        this.topic = topic;
        this.service = service;
    }

    /**
     * Waits until the sink has been idle for the duration, or the process is asked to end. The duration is counted in checks: each
     * takes at least the interval between two.
     *
     * @param progress receives the status at each check
     * @throws CommandFailedException if the sink failed
     */
    public void awaitIdle(Duration duration, ShutdownSignal shutdown, Consumer<SinkStatus> progress)
            throws InterruptedException {
        long checksNeeded = Math.max(1, duration.dividedBy(CHECK_INTERVAL));
        long checks = 0;
        long handledBefore = -1;
        while (checks < checksNeeded) {
            if (shutdown.await(CHECK_INTERVAL)) {
                return;
            }
            // the offsets first: what they have passed is in flight or done, which the status read afterwards shows
            boolean consumed = consumed(topic)
                    && consumed(SinkTopology.controlTopic(service.status().sink()));
            SinkStatus status = service.status();
            progress.accept(status);
            requireNotFailed(status);
            long handled = status.queues().stream()
                    .mapToLong(queue -> queue.counts().applied()
                            + queue.counts().duplicates()
                            + queue.counts().fenced())
                    .sum();
            boolean idle = consumed && status.settled() && replaysComplete(status) && handled == handledBefore;
            checks = idle ? checks + 1 : 0;
            handledBefore = handled;
        }
    }

    private static boolean replaysComplete(SinkStatus status) {
        return status.replays().stream().allMatch(ReplayReceipt::complete);
    }

    private boolean consumed(String topic) throws InterruptedException {
        return TopicOffsets.find(admin, topic)
                .unconsumed(service.status().sink())
                .isEmpty();
    }

    /** @throws CommandFailedException with the failure of the sink, if it has failed */
    static void requireNotFailed(SinkStatus status) {
        if (status.state() == SinkState.FAILED) {
            throw new CommandFailedException(
                    ExitCode.FAILED, status.failure().orElse("Sink " + status.sink() + " failed."));
        }
    }
}
