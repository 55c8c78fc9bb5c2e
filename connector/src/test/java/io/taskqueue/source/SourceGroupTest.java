package io.taskqueue.source;

import static io.taskqueue.source.SourceTestCluster.queues;
import static io.taskqueue.source.SourceTestCluster.sourcesOf;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sources that share what talks to Kafka. */
@Timeout(180)
class SourceGroupTest {

    private static final String EVENTS = "grouped.events";

    /** Monitor's and mark's clients, and threads that exist while there is work. */
    private static final int THREADS_ON_DEMAND = 4;

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
    void eventsOfEachQueueReachKafkaInOrderUnderItsOwnEpoch() throws Exception {
        List<TaskQueue<String>> queues = queues("ordered", 3);
        try (SourceGroup group = cluster.group(EVENTS).start()) {
            List<ReplicationSource<String>> sources = group.start(sourcesOf(queues));
            for (int task = 0; task < 20; task++) {
                for (TaskQueue<String> queue : queues) {
                    queue.enqueue(queue.name() + task);
                }
            }
            for (ReplicationSource<String> source : sources) {
                assertThat(source.replicated().get(30, SECONDS).sequence()).isEqualTo(20);
            }

            for (ReplicationSource<String> source : sources) {
                assertThat(cluster.events(EVENTS, source.queueName()))
                        .hasSize(21)
                        .allMatch(event -> event.position().epoch() == source.epoch())
                        .extracting(event -> event.position().sequence())
                        .isSorted();
            }
            assertThat(sources).extracting(ReplicationSource::epoch).doesNotHaveDuplicates();
            assertThat(group.size()).isEqualTo(3);
        }
    }

    @Test
    void closeOfOneSourceClosesNothingOfTheOthers() throws Exception {
        List<TaskQueue<String>> queues = queues("closing", 2);
        try (SourceGroup group = cluster.group(EVENTS).start()) {
            List<ReplicationSource<String>> sources = group.start(sourcesOf(queues));
            queues.get(0).enqueue("a");
            assertThat(sources.get(0).close(Duration.ofSeconds(20)).complete()).isTrue();

            queues.get(1).enqueue("b");
            assertThat(sources.get(1).replicated().get(30, SECONDS).sequence()).isEqualTo(1);
            assertThat(sources.get(1).health().live()).isTrue();
            assertThat(group.size()).isEqualTo(1);
        }
    }

    @Test
    void closeOfTheGroupClosesEverySourceAndReportsWhatWasNotReplicated() throws Exception {
        List<TaskQueue<String>> queues = queues("closed", 2);
        SourceGroup group = cluster.group(EVENTS).start();
        group.start(sourcesOf(queues));
        queues.get(0).enqueue("a");

        Map<String, CloseReport> reports = group.close(Duration.ofSeconds(20));

        assertThat(reports).containsOnlyKeys("closed-0", "closed-1");
        assertThat(reports.values()).allMatch(CloseReport::complete);
        assertThatThrownBy(() -> queues.get(1).enqueue("b")).isInstanceOf(QueueClosedException.class);
        assertThat(group.close(Duration.ZERO)).isEmpty();
        assertThatThrownBy(() -> group.start(sourcesOf(queues("late", 1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "The source group is closed, so no source can start in it. Start the source in another group.");
    }

    @Test
    void aNewerClaimOfOneQueueStopsThatQueueOnly() throws Exception {
        List<TaskQueue<String>> queues = queues("fenced", 3);
        try (SourceGroup group = cluster.group(EVENTS).start();
                TaskQueue<String> taken = TaskQueue.<String>builder("fenced-1").build()) {
            List<ReplicationSource<String>> sources = group.start(sourcesOf(queues));
            try (ReplicationSource<String> newOwner = ReplicationSource.builder(taken, PayloadCodec.utf8())
                    .kafka(cluster.settings())
                    .topic(EVENTS)
                    .start()) {
                await().until(() -> sources.get(1).health().state() == SourceState.FENCED
                        && !queues.get(1).isOpen());

                assertThat(newOwner.epoch()).isGreaterThan(sources.get(1).epoch());
                assertThatThrownBy(() -> queues.get(1).enqueue("late")).isInstanceOf(QueueClosedException.class);
                for (int other : List.of(0, 2)) {
                    queues.get(other).enqueue("a");
                    assertThat(sources.get(other).replicated().get(30, SECONDS).sequence())
                            .isEqualTo(1);
                    assertThat(sources.get(other).health().state()).isEqualTo(SourceState.RUNNING);
                }
            }
        }
    }

    @Test
    void aThousandQueuesStartTogetherWithoutAFurtherThreadAndAreAllConfirmed() throws Exception {
        try (SourceGroup group = cluster.group(EVENTS).start()) {
            List<TaskQueue<String>> one = queues("one", 1);
            ReplicationSource<String> first = group.start(sourcesOf(one)).get(0);
            one.get(0).enqueue("task");
            first.replicated().get(30, SECONDS);
            int threads = sourceThreads();
            List<TaskQueue<String>> queues = queues("many", 1_000);

            List<ReplicationSource<String>> sources = group.start(sourcesOf(queues));
            for (TaskQueue<String> queue : queues) {
                queue.enqueue("task");
            }
            for (ReplicationSource<String> source : sources) {
                assertThat(source.replicated().get(30, SECONDS).sequence()).isEqualTo(1);
            }

            assertThat(sourceThreads()).isLessThanOrEqualTo(threads + THREADS_ON_DEMAND);
            assertThat(first.health().live()).isTrue();
            assertThat(group.close(Duration.ofSeconds(30)).values())
                    .hasSize(1_001)
                    .allMatch(CloseReport::complete);
        }
    }

    /** The threads of sources and their Kafka clients; not those of the queues. */
    private static int sourceThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("taskqueue-") || name.startsWith("kafka-producer"))
                .filter(name -> !name.startsWith("taskqueue-sweeper"))
                .count();
    }

    @Test
    void queuesOfOneNameAreRefusedTogether() {
        List<TaskQueue<String>> twins = new ArrayList<>(queues("twin", 1));
        twins.addAll(queues("twin", 1));
        try (SourceGroup group = cluster.group(EVENTS).start()) {
            assertThatThrownBy(() -> group.start(sourcesOf(twins)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Two queues are named twin-0, and one would fence the other. Start one source of each name.");
        }
    }

    @Test
    void settingOfTheGroupIsRefusedAtASourceOfIt() throws Exception {
        try (SourceGroup group = cluster.group(EVENTS).start();
                TaskQueue<String> queue = TaskQueue.<String>builder("refused").build()) {
            assertThatThrownBy(() -> ReplicationSource.builder(queue, PayloadCodec.utf8())
                            .group(group)
                            .topic("another")
                            .closeTimeout(Duration.ZERO)
                            .start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "The source of queue refused has a group, and sets topic, closeTimeout, which all sources of a"
                                    + " group share. Set that with SourceGroup.builder().");
        }
    }

    @Test
    void groupRefusesABufferWithoutRoom() {
        assertThatThrownBy(() -> cluster.group(EVENTS).bufferBytes(0).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bufferBytes of a source group is 0. Set it to at least 1.");
    }
}
