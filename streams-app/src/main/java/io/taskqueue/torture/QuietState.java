package io.taskqueue.torture;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.admin.SinkCounts;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.torture.cluster.QueueDispatchers;
import io.taskqueue.torture.cluster.TortureProcess;
import io.taskqueue.torture.history.ObservedEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/** Whether everything has drained: no task is live, and the sink has applied every event. Keeps all processes running, and decides parked events. */
final class QuietState {

    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration STOPPED = Duration.ofSeconds(60);

    private final TortureCluster cluster;
    private final ShutdownSignal shutdown;
    private String text = "";

    QuietState(TortureCluster cluster, ShutdownSignal shutdown) {
        this.cluster = cluster;
        this.shutdown = shutdown;
    }

    /** What was found not to have drained, the last time. */
    String text() {
        return text;
    }

    boolean drained() throws Exception {
        for (QueueDispatchers each : cluster.dispatchers) {
            Optional<String> live = live(each.owner());
            if (!live.equals(Optional.of("LIVE 0"))) {
                text = "queue " + each.queue() + ": " + live.orElse("its dispatcher does not answer");
                return false;
            }
            List<TortureProcess> former = each.former();
            if (!former.isEmpty()) {
                text = "queue " + each.queue() + ": " + former + " lost it, but still run";
                return false;
            }
        }
        return sinksSettled();
    }

    private static Optional<String> live(TortureProcess owner) throws InterruptedException {
        return owner.ask("live", ANSWER);
    }

    /**
     * Whether the sink has applied every event, by what it has committed: what its instances report of themselves leaves out the
     * partitions that none of them has at the moment.
     */
    boolean sinksSettled() throws Exception {
        cluster.sinks.keepRunning();
        Map<String, Object> kafka = cluster.clients();
        try (Admin admin = Admin.create(kafka)) {
            long behind = ExistingTopic.find(admin, TortureSettings.TOPIC).countUnconsumed(kafka, TortureSettings.SINK);
            long inFlight = SinkCounts.read(kafka, TortureSettings.SINK)
                    .map(SinkCounts::inFlight)
                    .orElse(-1L);
            text = "the sink is " + behind + " records behind, with " + inFlight + " events in flight";
            return behind == 0 && inFlight == 0 && noneParked();
        } catch (CommandFailedException | KafkaException | IllegalStateException e) {
            text = "the sink's state cannot be read: " + e.getMessage();
            return false;
        }
    }

    /** An operator's decision on each parked task: to apply it again. False while there are any. */
    private boolean noneParked() throws InterruptedException {
        ParkedEvents parked = new ParkedEvents(cluster.clients(), TortureSettings.SINK);
        List<ParkedEvent> events =
                parked.read().stream().filter(event -> !event.discarded()).toList();
        for (ParkedTask task : ParkedTask.of(events)) {
            if (!task.redriven() && !shutdown.isReceived()) {
                cluster.observed.write(
                        task.first().event().queueName(),
                        new ObservedEntry.ParkedRedriven(cluster.recorder.now(), TortureSettings.SINK, task.task()));
                parked.redrive(task, "torture");
            }
        }
        text += ", " + events.size() + " events parked";
        return events.isEmpty();
    }

    /** Lets each dispatcher write its queue's snapshot, and stops it. */
    void lookAndStopDispatchers() throws Exception {
        for (QueueDispatchers each : cluster.dispatchers) {
            TortureProcess owner = each.owner();
            var unusedSeen = owner.ask("look", ANSWER);
            owner.send("stop");
            if (!owner.awaitEnd(STOPPED)) {
                owner.kill();
            }
        }
    }
}
