package io.taskqueue.source.recovery;

import static io.taskqueue.source.SourceTestCluster.queues;
import static io.taskqueue.source.SourceTestCluster.sourcesOf;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.TaskId;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import io.taskqueue.source.SourceTestCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Queues that recover together read each partition once. */
@Timeout(120)
class ManyQueuesAreRecoveredTogetherTest {

    private static final String EVENTS = "together.events";
    private static final int PARTITIONS = 2;
    private static final int QUEUES = 20;

    private static SourceTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @AfterAll
    static void stopBroker() {
        cluster.close();
    }

    @Test
    void eachQueueFindsItsOwnTasksAndEachPartitionIsReadOnce() throws Exception {
        Map<String, Set<TaskId>> live = new HashMap<>();
        try (SourceGroup first = group()) {
            List<TaskQueue<String>> queues = queues("recovered", QUEUES);
            List<ReplicationSource<String>> owners = first.start(sourcesOf(queues));
            for (int queue = 0; queue < QUEUES; queue++) {
                Set<TaskId> ofTheQueue = new HashSet<>();
                for (int task = 0; task <= queue; task++) {
                    ofTheQueue.add(queues.get(queue).enqueue("task " + task));
                }
                var lease = queues.get(queue).lease();
                ofTheQueue.remove(lease.task().id());
                lease.complete();
                live.put(queues.get(queue).name(), ofTheQueue);
            }
            for (ReplicationSource<String> owner : owners) {
                owner.replicated().get(30, SECONDS);
            }

            try (SourceGroup next = group()) {
                List<TaskQueue<String>> successors = queues("recovered", QUEUES);
                CommittedReaders.opened.set(0);
                List<RecoveryProgress> progress = new ArrayList<>();
                List<ReplicationSource.Builder<String>> builders = new ArrayList<>();
                sourcesOf(successors)
                        .forEach(builder -> builders.add(builder.recover(
                                builders.isEmpty()
                                        ? Recovery.standard().progress(progress::add)
                                        : Recovery.standard())));
                List<ReplicationSource<String>> sources = next.start(builders);

                assertThat(CommittedReaders.opened).as("readings").hasValue(PARTITIONS);
                for (int queue = 0; queue < QUEUES; queue++) {
                    assertThat(sources.get(queue)
                                    .recovery()
                                    .orElseThrow()
                                    .tasks()
                                    .pending())
                            .isEqualTo(queue);
                    assertThat(ids(successors.get(queue)))
                            .containsExactlyInAnyOrderElementsOf(
                                    live.get(successors.get(queue).name()));
                }
                RecoveryProgress last = progress.get(progress.size() - 1);
                assertThat(last.done()).isEqualTo(last.total()).isPositive();
            }
        }
    }

    @Test
    void tasksThatAreNotRecoveredAreCountedTogether() throws Exception {
        try (SourceGroup first = group()) {
            List<TaskQueue<String>> queues = queues("counted", QUEUES);
            List<ReplicationSource<String>> owners = first.start(sourcesOf(queues));
            for (TaskQueue<String> queue : queues) {
                queue.enqueue("task");
            }
            for (ReplicationSource<String> owner : owners) {
                owner.replicated().get(30, SECONDS);
            }
            try (SourceGroup next = group()) {
                CommittedReaders.opened.set(0);
                List<ReplicationSource<String>> sources = next.start(sourcesOf(queues("counted", QUEUES)));

                await().until(() ->
                        sources.stream().allMatch(source -> source.abandoned().isPresent()));
                assertThat(sources)
                        .allMatch(source -> source.abandoned().orElseThrow().count() == 1);
                assertThat(CommittedReaders.opened.get())
                        .as("readings: those of the first queues begin before the others have started")
                        .isLessThan(QUEUES / 2);
            }
        }
    }

    private static Set<TaskId> ids(TaskQueue<String> queue) {
        return queue.snapshot().tasks().stream().map(entry -> entry.task().id()).collect(Collectors.toSet());
    }

    private static SourceGroup group() {
        return cluster.group(EVENTS)
                .kafka(Map.of("consumer.interceptor.classes", CommittedReaders.class.getName()))
                .partitions(PARTITIONS)
                .start();
    }

    /** Counts the consumers that read what is committed: of a source, only a recovery does. */
    public static final class CommittedReaders implements ConsumerInterceptor<byte[], byte[]> {

        static final AtomicInteger opened = new AtomicInteger();

        @Override
        public void configure(Map<String, ?> configs) {
            if (String.valueOf(configs.get("isolation.level")).equals("read_committed")) {
                opened.incrementAndGet();
            }
        }

        @Override
        public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
            return records;
        }

        @Override
        public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
            // nothing is committed
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
