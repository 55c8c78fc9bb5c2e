package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.OnGap;
import io.taskqueue.streams.checkpoint.Gap;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.checkpoint.Missing;
import io.taskqueue.streams.log.LogHistory;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.status.QueueStatus;
import io.taskqueue.streams.status.SinkStatus;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The event topic's retention has deleted events that a stopped sink had not read. */
class OvertakenSinksReportWhatIsMissingTest {

    @ParameterizedTest
    @ValueSource(strings = {"earliest", "latest", "none"})
    void eachQueueReportsWhatItsPositionsTell(String reset) throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                SinkLog log = new SinkLog(LogHistory.class);
                SinkLog gaps = new SinkLog("io.taskqueue.streams.partition.PartitionHistory")) {
            EventTopicWriter exact = cluster.source("exact", 1).open();
            EventTopicWriter bounded = cluster.source("bounded", 2).open();
            EventTopicWriter idle = cluster.source("idle", 3).open();
            for (EventTopicWriter source : new EventTopicWriter[] {exact, bounded, idle}) {
                source.tasks(0, 1);
            }
            String name = "overtaken-" + reset;
            SinkService before = cluster.start(cluster.sink(name, cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp(name, before); // offsets 0 to 11
            before.close();
            exact.tasks(1, 3);
            bounded.tasks(1, 2);
            cluster.deleteRecords(); // offsets 12 to 20
            exact.tasks(3, 4);
            EventTopicWriter next = cluster.source("bounded", 21).open();
            next.tasks(0, 1);
            idle.next(EventKind.ENQUEUED, 1);

            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            SinkService after = cluster.start(cluster.sink(name, cluster.calling(Duration.ZERO))
                    .metrics(meters)
                    .kafka(Map.of(
                            "bootstrap.servers", SinkTestCluster.bootstrap(), "consumer.auto.offset.reset", reset)));
            cluster.awaitCaughtUp(name, after);

            assertThat(cluster.ledger.keys()).isEqualTo(9 + 3 + 3 + 1);
            assertThat(cluster.ledger.repeated()).isEmpty();
            SinkStatus status = after.status();
            QueueStatus ofExact = queue(status, "exact");
            assertThat(ofExact.divergence().newest())
                    .isEqualTo(new Gap(
                            Gap.Cause.RETENTION, new Position(1, 3), new Position(1, 10), 21, new Missing(6, 6)));
            assertThat(ofExact.counts().missing()).isEqualTo(6);
            QueueStatus ofBounded = queue(status, "bounded");
            assertThat(ofBounded.divergence().missing().atLeast()).isZero();
            assertThat(ofBounded.divergence().missing().atMost()).isBetween(9L, 17L);
            assertThat(ofBounded.divergence().newest().found()).isEqualTo(new Position(21, 0));
            assertThat(queue(status, "idle").diverged())
                    .as("its next event is there")
                    .isFalse();
            assertThat(status.logChanges()).singleElement().satisfies(change -> assertThat(change.text())
                    .isEqualTo("partition 0 begins at offset 21, but the sink had read it only up to 12: 9 offsets were"
                            + " deleted before the sink had read them"));
            assertThat(status.health().notes().get("diverged"))
                    .startsWith("events are missing: of queue bounded up to ")
                    .endsWith(
                            "; of queue exact 6 events between 1/3 and 1/10 (retention deleted records before the sink had"
                                    + " read them). Compare the targets with the source, then clear the mark with --clear-diverged"
                                    + " (in code, clearDiverged)");
            assertThat(status.health().notes().get("event-log"))
                    .startsWith("the event topic has changed: partition 0 begins at offset 21, but")
                    .endsWith(
                            ". The log of the sink says what to do; --clear-diverged='*' (in code, clearDiverged(\"*\"))"
                                    + " removes this note");
            assertThat(meters.get(SinkMeters.LOG_CHANGES)
                            .tag("change", "overtaken")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get(SinkMeters.MISSING)
                            .tag("queue", "exact")
                            .counter()
                            .count())
                    .isEqualTo(6);
            assertThat(meters.get(SinkMeters.DIVERGED)
                            .tag("queue", "exact")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            assertThat(log.lines())
                    .containsExactly("ERROR Sink " + name + ": topic " + cluster.topic
                            + " has changed: partition 0 begins at offset 21, but the sink had read it only up to 12: 9 offsets"
                            + " were deleted before the sink had read them. Events may be missing: each queue is marked diverged"
                            + " with its next event, if so. Raise the topic's retention, or let sinks not be stopped for longer"
                            + " than that.");
            assertThat(gaps.lines())
                    .contains("ERROR Sink " + name
                            + ": 6 events of queue exact are missing: the newest read is 1/3 at offset"
                            + " 5, and the next one is 1/10 at offset 21; retention deleted records before the sink had read"
                            + " them. The queue is marked diverged, and the sink continues. Compare its target with the source,"
                            + " then clear the mark with --clear-diverged=exact (in code, clearDiverged)");

            after.clearDiverged("ex*");
            idle.next(EventKind.ENQUEUED, 2);
            cluster.awaitCaughtUp(name, after);
            assertThat(after.status().queues().stream().filter(QueueStatus::diverged))
                    .extracting(QueueStatus::queueName)
                    .containsExactly("bounded");
            assertThat(after.status().logChanges()).hasSize(1);
            after.close();

            SinkService cleared = cluster.start(
                    cluster.sink(name, cluster.calling(Duration.ZERO)).clearDiverged("*"));
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> cleared.status().queues().size() == 3);
            assertThat(cleared.status().queues()).noneMatch(QueueStatus::diverged);
            assertThat(cleared.status().logChanges()).isEmpty();
            assertThat(cleared.status().health().notes()).isEmpty();
        }
    }

    @Test
    void aSinkThatHaltsContinuesBehindTheGapThatAnOperatorCleared() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 1);
            SinkService before = cluster.start(cluster.sink("strict", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("strict", before);
            before.close();
            source.tasks(1, 2);
            cluster.deleteRecords();
            source.tasks(2, 3);

            for (int start = 0; start < 2; start++) {
                SinkService halted = cluster.start(
                        cluster.sink("strict", cluster.calling(Duration.ZERO)).onGap(OnGap.HALT));
                assertThat(Failure.of(halted))
                        .isEqualTo(
                                "Sink strict stopped before event 1/7 of queue orders at offset 7: 3 events are missing behind"
                                        + " 1/3; retention deleted records before the sink had read them. Find out what was lost, then"
                                        + " start the sink with --clear-diverged=orders to continue behind it, or with --on-gap=continue"
                                        + " (in code, clearDiverged, onGap(CONTINUE)).");
            }
            SinkService other = cluster.start(cluster.sink("strict", cluster.calling(Duration.ZERO))
                    .onGap(OnGap.HALT)
                    .clearDiverged("another"));
            assertThat(Failure.of(other)).startsWith("Sink strict stopped before event 1/7");

            SinkService accepted = cluster.start(cluster.sink("strict", cluster.calling(Duration.ZERO))
                    .onGap(OnGap.HALT)
                    .clearDiverged("orders"));
            cluster.awaitCaughtUp("strict", accepted);
            assertThat(cluster.ledger.keys()).isEqualTo(6);
            assertThat(cluster.ledger.repeated()).isEmpty();
            QueueStatus queue = accepted.status().queues().get(0);
            assertThat(queue.diverged()).isFalse();
            assertThat(queue.counts().gaps()).isEqualTo(1);
            assertThat(queue.counts().missing()).isEqualTo(3);
            accepted.close();

            source.skip(1);
            source.tasks(3, 4);
            SinkService again = cluster.start(
                    cluster.sink("strict", cluster.calling(Duration.ZERO)).onGap(OnGap.HALT));
            assertThat(Failure.of(again))
                    .as("what is missing later was not accepted")
                    .startsWith("Sink strict stopped before event 1/11 of queue orders");
        }
    }

    /** Several instances, of which one takes over a partition while retention passes it, and a sink that joins after that. */
    @Test
    void whatWasReadIsNotMissingAndASinkThatJoinsLateMissesNothing() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            EventTopicWriter one = cluster.source("a", 1).open();
            EventTopicWriter other = cluster.source("b", 2).open();
            one.tasks(0, 2);
            other.tasks(0, 2);
            SinkService first = cluster.start(cluster.sink("several", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("several", first);
            cluster.deleteRecords(); // all of it was read
            SinkService second = cluster.start(
                    cluster.sink("several", cluster.calling(Duration.ZERO)).stateDirectory(cluster.state("two")));
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> first.status().queues().size() == 1
                            && second.status().queues().size() == 1);
            first.close();
            one.tasks(2, 3);
            other.tasks(2, 3);
            SinkService late = cluster.start(
                    cluster.sink("late", cluster.calling(Duration.ZERO)).stateDirectory(cluster.state("late")));
            cluster.awaitCaughtUp("several", second);
            cluster.awaitCaughtUp("late", late);
            for (SinkService service : new SinkService[] {second, late}) {
                assertThat(service.status().queues()).hasSize(2).noneMatch(QueueStatus::diverged);
                assertThat(service.status().logChanges()).isEmpty();
                assertThat(service.status().queues())
                        .allMatch(queue -> queue.counts().gaps() == 0);
            }
        }
    }

    /** What a replay cannot read any more was read before. */
    @Test
    void aReplayOverAGapNeitherFindsItAgainNorAnother() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 1);
            cluster.deleteRecords();
            source.tasks(1, 2);
            SinkService before = cluster.start(cluster.sink("rewound", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("rewound", before);
            before.close();
            source.skip(2);
            source.tasks(2, 3);
            SinkService diverged = cluster.start(cluster.sink("rewound", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("rewound", diverged);
            diverged.close();
            cluster.order("rewound", ReplayMode.RECORDED_ONLY, "all");

            SinkService replaying = cluster.start(cluster.sink("rewound", cluster.calling(Duration.ZERO)));
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> replaying.status().replays().stream()
                    .anyMatch(receipt -> receipt.complete()));
            QueueStatus queue = replaying.status().queues().get(0);
            assertThat(queue.divergence().gaps()).isEqualTo(1);
            assertThat(queue.divergence().newest().cause()).isEqualTo(Gap.Cause.ABSENT);
            assertThat(queue.counts().gaps()).isZero();
            assertThat(replaying.status().logChanges()).isEmpty();
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    /** Its target holds it up for longer than the topic keeps. */
    @Test
    void aRunningSinkThatIsTooSlowReportsItAsWell() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 1);
            CountDownLatch slow = new CountDownLatch(1);
            SinkService service = cluster.start(cluster.sink(
                            "too-slow",
                            (event, effects) -> effects.run("call", key -> {
                                slow.await();
                                cluster.ledger.called(key.toString());
                            }))
                    .concurrency(2)
                    .maxInFlight(2)
                    .kafka(Map.of(
                            "bootstrap.servers",
                            SinkTestCluster.bootstrap(),
                            "consumer.fetch.max.bytes",
                            1,
                            "consumer.max.partition.fetch.bytes",
                            1)));
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> !service.status().queues().isEmpty()
                            && service.status().queues().get(0).inFlight() == 2);
            for (int task = 1; task < 5; task++) {
                source.tasks(task, task + 1);
                cluster.producer.flush();
            }
            cluster.deleteRecords();
            source.tasks(5, 6);
            slow.countDown();
            cluster.awaitCaughtUp("too-slow", service);
            QueueStatus queue = service.status().queues().get(0);
            assertThat(queue.divergence().newest().cause()).isEqualTo(Gap.Cause.RETENTION);
            assertThat(queue.divergence().missing().atLeast() + cluster.ledger.keys())
                    .isEqualTo(18);
            assertThat(service.status().logChanges())
                    .extracting(LogChange::kind)
                    .containsExactly(LogChange.Kind.OVERTAKEN);
        }
    }

    private static QueueStatus queue(SinkStatus status, String name) {
        return status.queues().stream()
                .filter(queue -> queue.queueName().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
