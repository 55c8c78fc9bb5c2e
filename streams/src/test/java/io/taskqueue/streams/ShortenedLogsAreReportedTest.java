package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.Position;
import io.taskqueue.sink.OnGap;
import io.taskqueue.streams.checkpoint.Gap;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.checkpoint.Missing;
import io.taskqueue.streams.log.LogHistory;
import io.taskqueue.streams.status.QueueStatus;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The log has lost events that sinks have read, as after an unclean leader election: the broker is stopped, the end of its log is cut off, and
 * it is started again.
 */
class ShortenedLogsAreReportedTest {

    @TempDir
    Path directory;

    @Test
    void eachSinkContinuesWithNewEventsAndReportsWhatTheLogLost() throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0);
        try (SinkTestCluster cluster = new SinkTestCluster(kafka.bootstrapServers(), 1);
                SinkLog log = new SinkLog(LogHistory.class)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 2); // offsets 0 to 6
            cluster.producer.flush();
            long kept = Files.size(segment(cluster));
            SinkService behind = caughtUp(cluster, "behind");
            behind.close();
            source.tasks(2, 4); // offsets 7 to 12, which get lost
            cluster.producer.flush();
            SinkService running = caughtUp(cluster, "running");
            for (String name : List.of("stopped", "strict")) {
                caughtUp(cluster, name).close();
            }
            kafka.close();
            cut(segment(cluster), kept);
            kafka = EmbeddedKafka.start(directory, kafka.port());
            EventTopicWriter another = cluster.source("new", 2);
            source.tasks(4, 5); // the next events of the source, which knows nothing of it: offsets 7 to 9
            another.open().tasks(0, 1); // 10 to 13

            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> cluster.ledger.times(another.key("running", 3)) == 1);
            SinkService stopped = caughtUp(cluster, "stopped");
            for (SinkService service : List.of(running, stopped)) {
                assertThat(service.status().logChanges())
                        .extracting(LogChange::kind)
                        .containsExactly(LogChange.Kind.SHORTENED);
                QueueStatus queue = queue(service, "orders");
                assertThat(queue.positions().newest()).isEqualTo(new Position(1, 15));
                assertThat(queue.divergence().newest().cause()).isEqualTo(Gap.Cause.SHORTENED);
                assertThat(queue.divergence().missing()).as("at the sink").isEqualTo(Missing.NONE);
                assertThat(queue(service, "new").diverged()).isFalse();
            }
            assertThat(log.lines())
                    .contains(
                            "ERROR Sink stopped: topic " + cluster.topic
                                    + " has changed: partition 0 ended at offset 7, but the sink had read it up to 13: the log was"
                                    + " shortened and has lost 6 offsets, as after an unclean leader election. The sink has applied"
                                    + " events that no other sink and no replay can read any more: its queues are marked diverged."
                                    + " Compare their targets with the source, and set unclean.leader.election.enable=false. Queues: orders.");

            SinkService gap = caughtUp(cluster, "behind");
            assertThat(queue(gap, "orders").divergence().newest())
                    .isEqualTo(
                            new Gap(Gap.Cause.ABSENT, new Position(1, 6), new Position(1, 13), 7, new Missing(6, 6)));
            assertThat(gap.status().logChanges()).isEmpty();

            SinkService halted = cluster.start(
                    cluster.sink("strict", cluster.calling(Duration.ZERO)).onGap(OnGap.HALT));
            assertThat(Failure.of(halted))
                    .isEqualTo(
                            "Sink strict stopped before event 1/13 of queue orders at offset 7: the sink had read the queue up to"
                                    + " 1/12, which the log does not hold any more; the log was shortened, so it has lost events that the"
                                    + " sink has read. Find out what was lost, then start the sink with --clear-diverged=orders to"
                                    + " continue behind it, or with --on-gap=continue (in code, clearDiverged, onGap(CONTINUE)).");
            SinkService cleared = cluster.start(cluster.sink("strict", cluster.calling(Duration.ZERO))
                    .onGap(OnGap.HALT)
                    .clearDiverged("*"));
            cluster.awaitCaughtUp("strict", cleared);
            assertThat(queue(cleared, "orders").diverged()).isFalse();

            for (String name : List.of("running", "stopped", "strict")) {
                for (long position = 1; position <= 15; position++) {
                    assertThat(cluster.ledger.times(source.key(name, position)))
                            .as(name + " 1/" + position)
                            .isEqualTo(1);
                }
                for (long position = 1; position <= 3; position++) {
                    assertThat(cluster.ledger.times(another.key(name, position)))
                            .as(name + " 2/" + position)
                            .isEqualTo(1);
                }
            }
        } finally {
            kafka.close();
        }
    }

    private static QueueStatus queue(SinkService service, String name) {
        return service.status().queues().stream()
                .filter(queue -> queue.queueName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static SinkService caughtUp(SinkTestCluster cluster, String name) {
        SinkService service =
                cluster.start(cluster.sink(name, cluster.calling(Duration.ZERO)).stateDirectory(cluster.state(name)));
        cluster.awaitCaughtUp(name, service);
        return service;
    }

    private Path segment(SinkTestCluster cluster) {
        return directory.resolve(cluster.topic + "-0").resolve("00000000000000000000.log");
    }

    /** Cuts the end off a log between two batches, and what the broker knows of it. */
    private static void cut(Path segment, long size) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.setLength(size);
        }
        try (Stream<Path> files = Files.list(segment.getParent())) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith("index") || name.endsWith(".snapshot")) {
                    Files.delete(file);
                }
            }
        }
    }
}
