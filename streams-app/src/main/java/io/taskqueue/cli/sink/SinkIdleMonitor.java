package io.taskqueue.cli.sink;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.kafka.OpenTransactions.HeldBack;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.SinkTopology;
import io.taskqueue.streams.replay.ReplayReceipt;
import io.taskqueue.streams.status.SinkState;
import io.taskqueue.streams.status.SinkStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/** Detects that a running sink is idle: it has consumed every event and every command, and none is in flight. */
public final class SinkIdleMonitor {

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(100);

    private final Admin admin;
    private final Map<String, Object> kafka;
    private final String topic;
    private final SinkService service;

    /**
     * @param kafka the properties of Kafka's clients
     * @param topic the event topic
     */
    public SinkIdleMonitor(Admin admin, Map<String, Object> kafka, String topic, SinkService service) {
        this.admin = admin;
        this.kafka = kafka;
        this.topic = topic;
        this.service = service;
    }

    /**
     * Waits until the sink has been idle for the duration, or the process is asked to end. The duration is counted in checks: each
     * takes at least the interval between two.
     *
     * @param progress receives the status at each check
     * @return the partitions whose end the sink could not read, because a transaction is open there
     * @throws CommandFailedException if the sink failed
     */
    public List<HeldBack> awaitIdle(Duration duration, ShutdownSignal shutdown, Consumer<SinkStatus> progress)
            throws InterruptedException {
        long checksNeeded = Math.max(1, duration.dividedBy(CHECK_INTERVAL));
        long checks = 0;
        long handledBefore = -1;
        while (checks < checksNeeded) {
            if (shutdown.await(CHECK_INTERVAL)) {
                return List.of();
            }
            // the offsets first: what they have passed is in flight or done, which the status read afterwards shows
            boolean consumed = idle(service.status(), handledBefore) && consumed();
            SinkStatus status = service.status();
            progress.accept(status);
            requireNotFailed(status);
            checks = consumed && idle(status, handledBefore) ? checks + 1 : 0;
            handledBefore = handled(status);
        }
        return ExistingTopic.find(admin, topic).heldBack();
    }

    /** Whether nothing is in flight, and nothing was handled since the last check. */
    private static boolean idle(SinkStatus status, long handledBefore) {
        return status.settled() && replaysComplete(status) && handled(status) == handledBefore;
    }

    private static long handled(SinkStatus status) {
        return status.queues().stream()
                .mapToLong(queue -> queue.counts().applied()
                        + queue.counts().duplicates()
                        + queue.counts().fenced())
                .sum();
    }

    private boolean consumed() throws InterruptedException {
        return consumed(topic)
                && consumed(SinkTopology.controlTopic(service.status().sink()));
    }

    private static boolean replaysComplete(SinkStatus status) {
        return status.replays().stream().allMatch(ReplayReceipt::complete);
    }

    private boolean consumed(String topic) throws InterruptedException {
        return ExistingTopic.find(admin, topic)
                .unconsumed(kafka, service.status().sink())
                .isEmpty();
    }

    /** @throws CommandFailedException with the failure of the sink, if it has failed */
    public static void requireNotFailed(SinkService service) {
        service.failure().ifPresent(failure -> {
            throw new CommandFailedException(ExitCode.FAILED, failure);
        });
    }

    /** @throws CommandFailedException with the failure of the sink, if it has failed */
    public static void requireNotFailed(SinkStatus status) {
        if (status.state() == SinkState.FAILED) {
            throw new CommandFailedException(
                    ExitCode.FAILED, status.failure().orElse("Sink " + status.sink() + " failed."));
        }
    }
}
