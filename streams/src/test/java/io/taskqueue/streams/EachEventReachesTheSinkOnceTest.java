package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.status.EffectCounts;
import io.taskqueue.streams.status.QueueStatus;
import io.taskqueue.streams.status.SinkStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class EachEventReachesTheSinkOnceTest {

    @Test
    void eachEventIsAppliedOnceAndEventsOfATaskInOrder() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            Map<TaskId, List<EventKind>> seen = new ConcurrentHashMap<>();
            Set<TaskId> running = ConcurrentHashMap.newKeySet();
            Set<String> overlaps = ConcurrentHashMap.newKeySet();
            ReplicationSink<String> sink = (event, effects) -> {
                if (!running.add(event.taskId())) {
                    overlaps.add(event.toString());
                }
                effects.run("call", key -> cluster.ledger.called(key.toString()));
                seen.computeIfAbsent(event.taskId(), task -> new CopyOnWriteArrayList<>())
                        .add(event.kind());
                running.remove(event.taskId());
            };
            List<ReplicationEvent<?>> observed = new CopyOnWriteArrayList<>();
            SinkService service = cluster.start(cluster.sink("once", sink));
            try (AutoCloseable watching = service.observe(applied -> observed.add(applied.event()))) {
                for (String queue : List.of("a", "b", "c")) {
                    cluster.source(queue, 1).open().tasks(0, 200);
                }
                cluster.awaitCaughtUp("once", service);
                assertThat(watching).isNotNull();
            }

            assertThat(overlaps).isEmpty();
            assertThat(seen).hasSize(600);
            assertThat(seen.values())
                    .allMatch(kinds ->
                            kinds.equals(List.of(EventKind.ENQUEUED, EventKind.LEASE_GRANTED, EventKind.COMPLETED)));
            assertThat(cluster.ledger.keys()).isEqualTo(1_800);
            assertThat(cluster.ledger.repeated()).isEmpty();
            assertThat(service.ready()).isTrue();
            SinkStatus status = service.status();
            assertThat(status.effects()).isEqualTo(new EffectCounts(1_800, 0, 0, 0, 0, 0));
            assertThat(status.queues()).extracting(QueueStatus::queueName).containsExactly("a", "b", "c");
            assertThat(status.queues())
                    .allMatch(queue -> queue.counts().applied() == 600
                            && queue.positions().lag() == 0
                            && queue.counts().gaps() == 0
                            && queue.positions()
                                    .newest()
                                    .equals(queue.positions().done()));
        }
    }
}
