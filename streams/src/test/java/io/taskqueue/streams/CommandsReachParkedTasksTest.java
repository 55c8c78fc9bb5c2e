package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.streams.status.EffectCounts;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;

/** Operators' commands on a broker: with several instances, with none, and in a replay. */
class CommandsReachParkedTasksTest {

    private final AtomicBoolean broken = new AtomicBoolean(true);

    @Test
    void aCommandReachesTheInstanceThatHasTheQueue() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(4)) {
            List<String> queues = List.of("a", "b", "c", "d", "e", "f", "g", "h");
            for (String queue : queues) {
                cluster.source(queue, 1).open().tasks(0, 5);
            }
            ParkedEvents parked = parked("decided-from-outside");
            SinkService first = start(cluster, "decided-from-outside", "one");
            SinkService second = start(cluster, "decided-from-outside", "two");
            await(() -> assertThat(parked.read()).hasSize(3 * queues.size()));
            cluster.awaitCaughtUp("decided-from-outside", first, second);
            await(() -> assertThat(first.status().queues()).hasSizeLessThan(queues.size()));
            List<ParkedEvent> all = parked.read();
            await(() -> {
                assertThat(first.parked().complete()).isFalse();
                assertThat(first.parked().byPartition().values()).anyMatch(here -> !here.isEmpty());
                assertThat(parked.read(first.parked())).isEqualTo(all);
                assertThat(parked.read(second.parked())).isEqualTo(all);
            });
            broken.set(false);

            decide(parked, List.of("a", "b", "c", "d"));
            await(() -> assertThat(parked.read()).hasSize(3 * 4));
            second.close();
            decide(parked, List.of("e", "f"));
            await(() -> assertThat(parked.read()).hasSize(3 * 2));
            first.close();

            assertThat(parked.read()).as("with no instance at all").hasSize(3 * 2);
            decide(parked, List.of("g", "h"));
            SinkService third = start(cluster, "decided-from-outside", "three");
            await(() -> assertThat(parked.read()).isEmpty());

            cluster.awaitCaughtUp("decided-from-outside", third);
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> cluster.ledger.keys() == 15 * queues.size());
            assertThat(cluster.ledger.repeated()).isEmpty();
            assertThat(third.status().queues())
                    .allSatisfy(queue -> assertThat(queue.parked().events()).isZero());
        }
    }

    @Test
    void anInstanceWithAllPartitionsAnswersFromItsOwnState() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            for (String queue : List.of("a", "b")) {
                cluster.source(queue, 1).open().tasks(0, 5);
            }
            ParkedEvents parked = parked("answering");
            SinkService service = start(cluster, "answering", "one");
            await(() -> assertThat(parked.read()).hasSize(6));

            assertThat(service.parked().complete()).isTrue();
            ParkedEvents withoutKafka = new ParkedEvents(Map.of("bootstrap.servers", "127.0.0.1:1"), "answering");
            assertThat(withoutKafka.read(service.parked())).isEqualTo(parked.read());
            service.close();
            assertThat(service.parked().byPartition()).isEmpty();
        }
    }

    @Test
    void aReplaySkipsParkedAndDiscardedEventsAndCountsThem() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.source("orders", 1).open().tasks(0, 4);
            cluster.source("others", 2).open().tasks(0, 4);
            ParkedEvents parked = parked("passing-over");
            SinkService before = start(cluster, "passing-over", "one");
            await(() -> assertThat(ParkedTask.of(parked.read())).hasSize(2));
            cluster.awaitCaughtUp("passing-over", before);
            parked.discard(task(parked, "orders"), "ann", "done by hand", true);
            await(() ->
                    assertThat(parked.read()).filteredOn(ParkedEvent::discarded).hasSize(3));
            before.close();
            broken.set(false);
            int calls = cluster.ledger.calls().size();

            cluster.rewind("passing-over");
            SinkService replay = start(cluster, "passing-over", "one");
            cluster.awaitCaughtUp("passing-over", replay);

            await(() -> assertThat(replay.status().replays()).hasSize(1).allMatch(receipt -> receipt.endedAt()
                    .isPresent()));

            assertThat(cluster.ledger.calls()).hasSize(calls);
            assertThat(replay.status().effects()).isEqualTo(new EffectCounts(0, 18, 0, 0, 6, 0));
            assertThat(replay.status().replays()).allSatisfy(receipt -> {
                assertThat(receipt.counts().parked()).isEqualTo(6);
                assertThat(receipt.counts().events()).isEqualTo(24);
            });
            assertThat(ParkedTask.of(parked.read())).hasSize(1);
            parked.redrive(task(parked, "others"), "");
            await(() -> assertThat(ParkedTask.of(parked.read())).isEmpty());
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() == 21);
            assertThat(parked.read()).allMatch(ParkedEvent::discarded);
        }
    }

    @Test
    void aSinkThatNeverRanHasNoParkedEventsToRead() {
        assertThatThrownBy(() -> parked("nobody").read())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("There is no topic nobody-state-changelog on this cluster, so no sink named nobody has run "
                        + "here, or it may not be read. Check the name and the cluster.");
    }

    private SinkService start(SinkTestCluster cluster, String name, String instance) {
        ReplicationSink<String> sink = (event, effects) -> effects.run("call", key -> {
            if (event.taskId().sequenceId() == 1 && event.kind() == EventKind.ENQUEUED && broken.get()) {
                throw new IOException("refused");
            }
            cluster.ledger.called(key.toString());
        });
        return cluster.start(cluster.sink(name, sink)
                .retry(new RetryPolicy(2, Duration.ofMillis(5), Duration.ofMillis(5), 0))
                .stateDirectory(cluster.state(instance)));
    }

    private static ParkedEvents parked(String sink) {
        return new ParkedEvents(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), sink);
    }

    private static void decide(ParkedEvents parked, List<String> queues) throws InterruptedException {
        for (ParkedTask task : ParkedTask.of(parked.read())) {
            if (queues.contains(task.task().queueName())) {
                parked.redrive(task, "ann");
            }
        }
    }

    private static ParkedTask task(ParkedEvents parked, String queue) {
        return ParkedTask.of(parked.read()).stream()
                .filter(task -> task.task().queueName().equals(queue))
                .findFirst()
                .orElseThrow();
    }

    /** Waits until an assertion passes, also before the sink has created its topics. */
    private static void await(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .ignoreException(IllegalStateException.class)
                .untilAsserted(assertion);
    }
}
