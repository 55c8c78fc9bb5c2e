package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.log.LogHistory;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.streams.status.QueueStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The event topic is deleted and created again. */
class RecreatedTopicsStartOverTest {

    /** The group may still have an offset of the old topic, which is in the middle of the new one. */
    @Test
    void aStoppedSinkReadsTheNewTopicFromItsStartWhateverIsCommitted() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                SinkLog log = new SinkLog(LogHistory.class)) {
            cluster.source("orders", 7).open().tasks(0, 2);
            SinkService before = cluster.start(cluster.sink("stopped", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("stopped", before);
            before.close();
            cluster.recreate();
            EventTopicWriter source = cluster.source("orders", 1).open(); // the registry was deleted as well
            source.tasks(0, 3);
            cluster.producer.flush();
            cluster.rewind("stopped", 7);

            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            SinkService after = cluster.start(
                    cluster.sink("stopped", cluster.calling(Duration.ZERO)).metrics(meters));
            cluster.awaitCaughtUp("stopped", after);

            for (int position = 1; position <= 9; position++) {
                assertThat(cluster.ledger.times(source.key("stopped", position)))
                        .isEqualTo(1);
            }
            QueueStatus queue = after.status().queues().get(0);
            assertThat(queue.positions().done()).isEqualTo(new Position(1, 9));
            assertThat(queue.diverged()).isFalse();
            assertThat(queue.counts().fenced() + queue.counts().duplicates()).isZero();
            assertThat(after.status().replays()).isEmpty();
            assertThat(after.status().logChanges()).singleElement().satisfies(change -> assertThat(change.text())
                    .isEqualTo(
                            "the topic was deleted and created again, or another one was named: partition 0 is read from offset 0 on, and the"
                                    + " history of its queues starts over"));
            assertThat(meters.get(SinkMeters.LOG_CHANGES)
                            .tag("change", "recreated")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(log.lines())
                    .contains("ERROR Sink stopped: topic " + cluster.topic
                            + " has changed: the topic was deleted and created again, or another one was named: partition 0 is read from offset 0"
                            + " on, and the history of its queues starts over. What it held cannot be read again: the"
                            + " results of the effects of its queues are deleted, parked events are kept. If that was"
                            + " not intended, find out who deleted it. Queues: orders.");
        }
    }

    @Test
    void aRunningSinkAppliesAllThatTheNewTopicHoldsOnce() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.source("orders", 7).open().tasks(0, 20);
            SinkService service = cluster.start(
                    cluster.sink("running", cluster.calling(Duration.ZERO)).topicCheckInterval(Duration.ofHours(1)));
            cluster.awaitCaughtUp("running", service);
            cluster.recreate();
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 30);

            if (!applied(
                    cluster, service, source)) { // Kafka Streams may find that the topic is missing, which ends a sink
                assertThat(service.status().failure().orElseThrow())
                        .startsWith("Sink running stopped because topic " + cluster.topic + " was deleted.");
                service.close();
                service = cluster.start(cluster.sink("running", cluster.calling(Duration.ZERO)));
                assertThat(applied(cluster, service, source)).isTrue();
            }
            for (int position = 1; position <= 90; position++) {
                assertThat(cluster.ledger.times(source.key("running", position)))
                        .as("event 1/" + position)
                        .isEqualTo(1);
            }
            assertThat(service.status().logChanges())
                    .extracting(LogChange::kind)
                    .containsExactly(LogChange.Kind.RECREATED);
            assertThat(service.status().queues().get(0).diverged()).isFalse();
        }
    }

    private static boolean applied(SinkTestCluster cluster, SinkService service, EventTopicWriter source) {
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> service.status().failure().isPresent()
                        || (cluster.ledger.times(source.key("running", 90)) > 0
                                && service.status().settled()));
        return service.status().failure().isEmpty();
    }

    @Test
    void parkedEventsAndTheirResultsSurviveIt() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter old = cluster.source("orders", 7).open();
            old.next(EventKind.ENQUEUED, 1);
            old.next(EventKind.ENQUEUED, 2);
            old.next(EventKind.LEASE_GRANTED, 2);
            AtomicBoolean broken = new AtomicBoolean(true);
            SinkService before = cluster.start(parking(cluster, broken));
            cluster.awaitCaughtUp("parking", before);
            before.close();
            cluster.recreate();
            EventTopicWriter source = cluster.source("orders", 8).open();
            source.next(EventKind.ENQUEUED, 1);
            SinkService after = cluster.start(parking(cluster, broken));
            cluster.awaitCaughtUp("parking", after);
            assertThat(cluster.committedResults("parking"))
                    .as("those of the parked event, and of the new topic")
                    .contains(first(old, 2), first(source, 1));

            broken.set(false);
            ParkedEvents parked = new ParkedEvents(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), "parking");
            assertThat(parked.read()).hasSize(2);
            parked.redrive(ParkedTask.of(parked.read()).get(0), "ann");
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> parked.read()
                    .isEmpty());
            assertThat(cluster.ledger.calls())
                    .containsExactly(
                            first(old, 1),
                            second(old, 1),
                            first(old, 2),
                            first(source, 1),
                            second(source, 1),
                            second(old, 2),
                            first(old, 3),
                            second(old, 3));
        }
    }

    private static SinkService.Builder<String> parking(SinkTestCluster cluster, AtomicBoolean broken) {
        return cluster.sink("parking", (event, effects) -> {
                    effects.run("first", key -> cluster.ledger.called(key.toString()));
                    effects.run("second", key -> {
                        if (broken.get() && isSecondTask(event)) {
                            throw new IOException("no such account");
                        }
                        cluster.ledger.called(key.toString());
                    });
                })
                .concurrency(1)
                .retry(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1), 0));
    }

    private static boolean isSecondTask(ReplicationEvent<String> event) {
        return event.taskId().sequenceId() == 3 && event.taskId().epoch() == 7;
    }

    private static String first(EventTopicWriter source, long position) {
        return source.key("parking", position).replace("call", "first");
    }

    private static String second(EventTopicWriter source, long position) {
        return source.key("parking", position).replace("call", "second");
    }
}
