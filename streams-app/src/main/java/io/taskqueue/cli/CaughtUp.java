package io.taskqueue.cli;

import io.taskqueue.streams.ReplayReceipt;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.SinkState;
import io.taskqueue.streams.SinkStatus;
import io.taskqueue.streams.SinkTopology;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/** Knows when a running sink has passed every event and every command, and nothing is in flight. */
final class CaughtUp {

    private static final Duration LOOK = Duration.ofMillis(100);

    private final Admin admin;
    private final String topic;
    private final SinkService service;

    CaughtUp(Admin admin, String topic, SinkService service) {
        this.admin = admin;
        this.topic = topic;
        this.service = service;
    }

    /**
     * Waits until the sink has been caught up for as long as told, or was stopped.
     *
     * @param stop ends the waiting early
     * @param progress told of the status at every look
     * @throws CommandFailure if the sink failed
     */
    void await(Duration quiet, StopSignal stop, Consumer<SinkStatus> progress)
            throws InterruptedException, ExecutionException {
        long looksNeeded = Math.max(1, quiet.dividedBy(LOOK));
        long looks = 0;
        long seen = -1;
        while (looks < looksNeeded) {
            if (stop.await(LOOK)) {
                return;
            }
            // the offsets first: what they pass is in flight or done, and the status taken afterwards tells which
            boolean passed = passed(topic)
                    && passed(SinkTopology.controlTopic(service.status().sink()));
            SinkStatus status = service.status();
            progress.accept(status);
            requireAlive(status);
            long now = status.queues().stream()
                    .mapToLong(queue -> queue.applied() + queue.duplicates() + queue.fenced())
                    .sum();
            looks = passed && status.settled() && replayed(status) && now == seen ? looks + 1 : 0;
            seen = now;
        }
    }

    private static boolean replayed(SinkStatus status) {
        return status.replays().stream().allMatch(ReplayReceipt::complete);
    }

    private boolean passed(String topic) throws InterruptedException, ExecutionException {
        return EventTopic.find(admin, topic).behind(service.status().sink()).isEmpty();
    }

    static void requireAlive(SinkStatus status) {
        if (status.state() == SinkState.FAILED) {
            throw new CommandFailure(ExitCode.FAILED, status.failure().orElse("Sink " + status.sink() + " failed."));
        }
    }
}
