package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.status.QueueStatus;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class TasksRunConcurrentlyTest {

    @Test
    void byDefaultSixtyFourEventsRunConcurrentlyAndFiveHundredAndTwelveAreInFlight() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            CountDownLatch go = new CountDownLatch(1);
            AtomicInteger running = new AtomicInteger();
            ReplicationSink<String> sink = (event, effects) -> {
                running.incrementAndGet();
                go.await();
                effects.run("call", key -> cluster.ledger.called(key.toString()));
                running.decrementAndGet();
            };
            cluster.source("orders", 1).open().tasks(0, 700);
            SinkService service = cluster.start(SinkService.builder("wide", sink, PayloadCodec.utf8())
                    .kafka(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()))
                    .topic(cluster.topic)
                    .stateDirectory(cluster.state("wide")));
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> inFlight(service) >= 512);
            assertThat(running).hasValue(64);
            // where a poll has been deferred, the events of the poll before it are taken without waiting for capacity
            assertThat(inFlight(service)).isLessThanOrEqualTo(512 + 256);

            go.countDown();
            cluster.awaitCaughtUp("wide", service);
            assertThat(cluster.ledger.keys()).isEqualTo(2_100);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    @Test
    void stuckTasksOccupyOneWorkerEachAndDelayNoOtherTask() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            CountDownLatch go = new CountDownLatch(1);
            EventTopicWriter source = cluster.source("orders", 1).open();
            SinkService service = cluster.start(cluster.sink("keyed", (event, effects) -> {
                        if (event.taskId().sequenceId() <= 63) {
                            go.await();
                        }
                        effects.run("call", key -> cluster.ledger.called(key.toString()));
                    })
                    .concurrency(64));
            for (int task = 0; task < 63; task++) {
                source.next(EventKind.ENQUEUED, task);
            }
            // sixty-three of sixty-four workers are occupied; the last one serves all other tasks, whatever their ids
            for (int task = 63; task < 363; task++) {
                source.next(EventKind.ENQUEUED, task);
                source.next(EventKind.LEASE_GRANTED, task);
            }
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() == 600);
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> inFlight(service) == 63);

            go.countDown();
            cluster.awaitCaughtUp("keyed", service);
            assertThat(cluster.ledger.keys()).isEqualTo(663);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    private static int inFlight(SinkService service) {
        return service.status().queues().stream()
                .mapToInt(QueueStatus::inFlight)
                .sum();
    }
}
