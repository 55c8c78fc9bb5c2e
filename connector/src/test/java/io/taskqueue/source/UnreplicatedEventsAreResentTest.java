package io.taskqueue.source;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.unreplicated.UnreplicatedEvents;
import io.taskqueue.source.unreplicated.UnreplicatedFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A source that ends while Kafka is unavailable: what it held is in a file, and is published from it later. */
@Timeout(120)
class UnreplicatedEventsAreResentTest {

    private static final String EVENTS = ReplicationSource.DEFAULT_TOPIC;

    @Test
    void theTopicIsCompleteAfterAResendUntilAnotherSourceClaimsTheQueue(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("unreplicated.ndjson");
        SourceTestCluster cluster = SourceTestCluster.start(directory.resolve("broker"));
        var queue = TaskQueue.<String>builder("ünïcode \"q\"").build();
        var source = cluster.source(queue).start();
        queue.enqueue("before");
        source.replicated().get(30, SECONDS);
        int port = cluster.port();
        cluster.close();
        queue.enqueue("a \"quoted\" \\ payload ☃");
        queue.lease().complete();
        queue.lease().fail(TaskError.of("no luck"), false);

        CloseReport report = source.close(Duration.ZERO);
        UnreplicatedFile.write(file, report.unreplicated());
        UnreplicatedFile read = UnreplicatedFile.open(file);

        assertThat(report.notReplicated()).isEqualTo(6);
        assertThat(read.missing()).isZero();
        assertThat(read.origin().epoch()).isEqualTo(source.epoch());
        assertThat(read).containsExactlyElementsOf(report.unreplicated());
        assertThat(read.first()).isEqualTo(new Position(source.epoch(), 2));
        assertThat(read.last()).isEqualTo(report.position());

        cluster = SourceTestCluster.start(directory.resolve("broker"), port);
        try {
            resendIsIdempotent(cluster, read, report.position());
            resendIsRefusedAfterANewerClaim(cluster, read);
        } finally {
            cluster.close();
        }
    }

    private static void resendIsIdempotent(SourceTestCluster cluster, UnreplicatedEvents events, Position last)
            throws Exception {
        EventResend resend = new EventResend(cluster.settings());
        List<Long> progress = new ArrayList<>();

        assertThat(resend.publish(events, progress::add)).isEqualTo(last);

        assertThat(progress).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        List<ReplicationEvent<String>> published =
                cluster.events(EVENTS, events.origin().queueName());
        assertThat(published.stream().map(event -> event.position().sequence()))
                .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(published.stream().map(ReplicationEvent::kind))
                .containsExactly(
                        EventKind.SOURCE_STARTED,
                        EventKind.ENQUEUED,
                        EventKind.ENQUEUED,
                        EventKind.LEASE_GRANTED,
                        EventKind.COMPLETED,
                        EventKind.LEASE_GRANTED,
                        EventKind.FAILED,
                        EventKind.DEAD_LETTERED);
        // what Kafka holds already is written again, as after an acknowledgement that was lost
        assertThat(resend.publish(events, done -> {})).isEqualTo(last);
        assertThat(cluster.events(EVENTS, events.origin().queueName())).hasSize(8 + 6);
    }

    private static void resendIsRefusedAfterANewerClaim(SourceTestCluster cluster, UnreplicatedEvents events)
            throws Exception {
        String name = events.origin().queueName();
        try (var queue = TaskQueue.<String>builder(name).build();
                var newer = cluster.source(queue).sourcePeer("peer-b").start()) {
            long records = cluster.events(EVENTS, name).size();
            EventResend resend = new EventResend(cluster.settings());

            assertThatThrownBy(() -> resend.publish(events, done -> {}))
                    .isInstanceOf(ResendRefusedException.class)
                    .hasMessageStartingWith("Queue " + name + " belongs to peer-b since ")
                    .hasMessageEndingWith(" (epoch " + newer.epoch() + ", instance " + newer.instanceId()
                            + "), but the events were written by a source with epoch "
                            + events.origin().epoch() + " (instance "
                            + events.origin().instanceId()
                            + "): sinks would drop them as stale. Compare the tasks in them with the outcome at the target,"
                            + " and enqueue again those that are not done.");
            assertThat(cluster.events(EVENTS, name)).hasSize((int) records);
        }
    }

    @Test
    void anotherClusterIsRefused(@TempDir Path directory) throws Exception {
        try (SourceTestCluster cluster = SourceTestCluster.start(directory.resolve("broker"));
                var queue = TaskQueue.<String>builder("known").build();
                var source = cluster.source(queue).start()) {
            UnreplicatedEvents elsewhere = new PlainEvents("elsewhere", source.epoch(), EVENTS, 0);
            UnreplicatedEvents otherInstance = new PlainEvents("known", source.epoch(), EVENTS, 0);
            EventResend resend = new EventResend(cluster.settings());

            assertThatThrownBy(() -> resend.requirePossible(elsewhere))
                    .isInstanceOf(ResendRefusedException.class)
                    .hasMessage(
                            "Registry taskqueue.sources of this cluster has no claim of queue elsewhere, but the events"
                                    + " were written by a source with epoch " + source.epoch()
                                    + ". Check that this is the cluster of that source.");
            assertThatThrownBy(() -> resend.requirePossible(otherInstance))
                    .isInstanceOf(ResendRefusedException.class)
                    .hasMessageStartingWith("Queue known belongs to peer-a since ");
        }
    }
}
