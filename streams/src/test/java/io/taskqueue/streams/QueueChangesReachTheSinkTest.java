package io.taskqueue.streams;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class QueueChangesReachTheSinkTest {

    private static final String SINK = "follower";

    @Test
    void everyChangeOfATaskIsAppliedInOrderAlsoAfterTheSourceWasRestarted() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            Map<Long, List<EventKind>> applied = new ConcurrentHashMap<>();
            SinkService sink = cluster.start(cluster.sink(SINK, (event, effects) -> applied.computeIfAbsent(
                            event.position().epoch(), epoch -> new ArrayList<>())
                    .add(event.kind())));
            long first = work(cluster);
            long second = work(cluster);
            cluster.awaitCaughtUp(SINK, sink);

            List<EventKind> kinds = List.of(EventKind.ENQUEUED, EventKind.LEASE_GRANTED, EventKind.COMPLETED);
            assertThat(applied).isEqualTo(Map.of(first, kinds, second, kinds));
        }
    }

    /** Enqueues a task and completes it, and returns the epoch of its source. */
    private static long work(SinkTestCluster cluster) throws Exception {
        TaskQueue<String> queue = TaskQueue.<String>builder("orders").build();
        ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()))
                .topic(cluster.topic)
                .registryTopic(cluster.topic + "-registry")
                .start();
        try (queue;
                source) {
            queue.enqueue("an order");
            Lease<String> lease = queue.lease();
            lease.complete();
            source.replicated().get(30, SECONDS);
        }
        assertThat(source.closeReport().orElseThrow().complete()).isTrue();
        return source.epoch();
    }
}
