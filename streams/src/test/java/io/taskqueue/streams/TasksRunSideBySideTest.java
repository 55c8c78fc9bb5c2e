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

class TasksRunSideBySideTest {

    @Test
    void sixtyFourRunAtOnceAndFiveHundredAndTwelveAreInFlightUnlessToldOtherwise() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            CountDownLatch go = new CountDownLatch(1);
            AtomicInteger running = new AtomicInteger();
            ReplicationSink<String> sink = (event, effects) -> {
                running.incrementAndGet();
                go.await();
                effects.run("call", key -> world.ledger.called(key.toString()));
                running.decrementAndGet();
            };
            world.source("orders", 1).open().tasks(0, 700);
            SinkService service = world.start(SinkService.builder("wide", sink, PayloadCodec.utf8())
                    .kafka(Map.of("bootstrap.servers", SinkWorld.bootstrap()))
                    .topic(world.topic)
                    .stateDirectory(world.state("wide")));
            Awaitility.await().atMost(SinkWorld.PATIENCE).until(() -> inFlight(service) >= 512);
            assertThat(running).hasValue(64);
            // at the bound one event more is taken each half second, so that the group is polled
            assertThat(inFlight(service)).isLessThan(512 + 40);

            go.countDown();
            world.awaitCaughtUp("wide", service);
            assertThat(world.ledger.keys()).isEqualTo(2_100);
            assertThat(world.ledger.repeated()).isEmpty();
        }
    }

    @Test
    void tasksThatAreStuckTakeAWorkerEachAndHoldUpNoOtherTask() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            CountDownLatch go = new CountDownLatch(1);
            EventTopicWriter source = world.source("orders", 1).open();
            SinkService service = world.start(world.sink("keyed", (event, effects) -> {
                        if (event.taskId().sequenceId() <= 63) {
                            go.await();
                        }
                        effects.run("call", key -> world.ledger.called(key.toString()));
                    })
                    .concurrency(64));
            for (int task = 0; task < 63; task++) {
                source.next(EventKind.ENQUEUED, task);
            }
            // sixty-three of sixty-four workers are held; whatever the others' ids are, the last one serves them all
            for (int task = 63; task < 363; task++) {
                source.next(EventKind.ENQUEUED, task);
                source.next(EventKind.LEASE_GRANTED, task);
            }
            Awaitility.await().atMost(SinkWorld.PATIENCE).until(() -> world.ledger.keys() == 600);
            Awaitility.await().atMost(SinkWorld.PATIENCE).until(() -> inFlight(service) == 63);

            go.countDown();
            world.awaitCaughtUp("keyed", service);
            assertThat(world.ledger.keys()).isEqualTo(663);
            assertThat(world.ledger.repeated()).isEmpty();
        }
    }

    private static int inFlight(SinkService service) {
        return service.status().queues().stream()
                .mapToInt(QueueStatus::inFlight)
                .sum();
    }
}
