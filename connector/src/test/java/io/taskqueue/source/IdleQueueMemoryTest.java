package io.taskqueue.source;

import static io.taskqueue.source.SourceTestCluster.queues;
import static io.taskqueue.source.SourceTestCluster.sourcesOf;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an idle queue of a group keeps in the heap. */
@Timeout(180)
class IdleQueueMemoryTest {

    private static final int QUEUES = 2_000;
    private static final long MOST_BYTES = 16 * 1024;

    @Test
    void anIdleQueueTakesAtMostSixteenKilobytesAlsoAfterItWasUsed(@TempDir Path directory) throws Exception {
        try (SourceTestCluster cluster = SourceTestCluster.start(directory);
                SourceGroup group = SourceGroup.builder()
                        .kafka(cluster.settings())
                        .topic("idle.events")
                        .metrics(new SimpleMeterRegistry())
                        .queueSeries(10)
                        .start()) {
            use(group.start(sourcesOf(queues("first", 100))));
            long before = usedHeap();
            List<ReplicationSource<String>> sources = group.start(sourcesOf(queues("queue", QUEUES)));
            assertThat((usedHeap() - before) / QUEUES).as("bytes of a queue").isLessThan(MOST_BYTES);

            use(sources);
            assertThat((usedHeap() - before) / QUEUES)
                    .as("bytes of a queue that was used")
                    .isLessThan(MOST_BYTES);
            assertThat(group.queuesWithoutSeries()).hasSize(QUEUES + 90);
        }
    }

    /** A task of each queue is enqueued, leased and completed, which is confirmed. */
    private static void use(List<ReplicationSource<String>> sources) throws Exception {
        for (ReplicationSource<String> source : sources) {
            source.queue().enqueue("task");
            source.queue().lease().complete();
        }
        CompletableFuture<?>[] confirmations =
                sources.stream().map(ReplicationSource::replicated).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(confirmations).get(60, SECONDS);
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc(); // what a first one makes reachable to finalization, a later one frees
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
