package io.taskqueue.source;

import static io.taskqueue.source.SourceTestCluster.sourcesOf;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queues in a group publish what they publish with a source each: the same events, in the same order. */
@Timeout(180)
class GroupPropertyTest {

    private static final int QUEUES = 6;
    private static final int CALLS = 400;
    private static final Duration CLOSE = Duration.ofSeconds(20);

    private static SourceTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @AfterAll
    static void stopBroker() {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void aGroupPublishesWhatSingleSourcesPublish(long seed) throws Exception {
        Map<String, List<String>> grouped = runInAGroup(seed, "grouped." + seed);
        Map<String, List<String>> single = runSingly(seed, "single." + seed);

        assertThat(grouped).hasSize(QUEUES);
        single.forEach((queue, events) ->
                assertThat(grouped.get(queue)).as("seed %d, %s", seed, queue).isEqualTo(events));
        assertThat(single.values().stream().mapToInt(List::size).sum()).isGreaterThan(CALLS / 2);
    }

    private static Map<String, List<String>> runInAGroup(long seed, String topic) throws Exception {
        List<TaskQueue<String>> queues = queues(seed);
        try (SourceGroup group =
                cluster.group(topic).registryTopic(topic + ".registry").start()) {
            List<ReplicationSource<String>> sources = group.start(sourcesOf(queues));
            call(queues, sources, new Random(seed));
            group.close(CLOSE).values().forEach(report -> assertThat(report.complete())
                    .isTrue());
        }
        return events(topic, queues);
    }

    private static Map<String, List<String>> runSingly(long seed, String topic) throws Exception {
        List<TaskQueue<String>> queues = queues(seed);
        List<ReplicationSource<String>> sources = new ArrayList<>();
        for (TaskQueue<String> queue : queues) {
            sources.add(ReplicationSource.builder(queue, PayloadCodec.utf8())
                    .kafka(cluster.settings())
                    .topic(topic)
                    .registryTopic(topic + ".registry")
                    .partitions(3)
                    .start());
        }
        call(queues, sources, new Random(seed));
        for (ReplicationSource<String> source : sources) {
            assertThat(source.close(CLOSE).complete()).isTrue();
        }
        return events(topic, queues);
    }

    /** Random calls of random queues; now and then a future of replicated() is awaited, or a queue is drained and its source closed. */
    private static void call(List<TaskQueue<String>> queues, List<ReplicationSource<String>> sources, Random random)
            throws Exception {
        Map<TaskQueue<String>, List<Lease<String>>> leases = new HashMap<>();
        for (int call = 0; call < CALLS; call++) {
            int chosen = random.nextInt(QUEUES);
            int kind = random.nextInt(12);
            boolean first = random.nextBoolean();
            TaskQueue<String> queue = queues.get(chosen);
            if (!queue.isOpen()) {
                continue;
            }
            List<Lease<String>> held = leases.computeIfAbsent(queue, none -> new ArrayList<>());
            switch (kind) {
                case 0, 1, 2, 3 -> queue.enqueue("task " + call);
                case 4, 5, 6 -> queue.tryLease().ifPresent(held::add);
                case 7, 8 -> take(held, first).ifPresent(Lease::complete);
                case 9 -> take(held, first).ifPresent(lease -> lease.fail(TaskError.of("call failed")));
                case 10 -> sources.get(chosen).replicated().get(30, SECONDS);
                default -> {
                    if (call > CALLS / 2 && chosen == 0) {
                        queue.drain(Duration.ZERO);
                        assertThat(sources.get(chosen).close(CLOSE).complete()).isTrue();
                    }
                }
            }
        }
    }

    private static Optional<Lease<String>> take(List<Lease<String>> held, boolean first) {
        return held.isEmpty() ? Optional.empty() : Optional.of(held.remove(first ? 0 : held.size() - 1));
    }

    /** What the topic has of each queue, without what differs between two runs: epochs, times, ids of leases. */
    private static Map<String, List<String>> events(String topic, List<TaskQueue<String>> queues) {
        Map<String, List<String>> events = new HashMap<>();
        for (TaskQueue<String> queue : queues) {
            events.put(
                    queue.name(),
                    cluster.events(topic, queue.name()).stream()
                            .map(GroupPropertyTest::text)
                            .toList());
        }
        return events;
    }

    private static String text(ReplicationEvent<String> event) {
        return event.position().sequence() + " " + event.kind()
                + event.change()
                        .map(change -> " task " + change.task().id().sequenceId() + " attempt "
                                + change.task().attempt() + " " + change.task().payload() + " " + change.flags() + " "
                                + change.error()
                                        .map(error -> error.message().replaceAll(" at [0-9T:.-]+Z", ""))
                                        .orElse(""))
                        .orElse("");
    }

    private static List<TaskQueue<String>> queues(long seed) {
        List<TaskQueue<String>> queues = new ArrayList<>();
        for (int queue = 0; queue < QUEUES; queue++) {
            queues.add(TaskQueue.<String>builder("property-" + seed + "-" + queue)
                    .closeGrace(Duration.ZERO)
                    .build());
        }
        return queues;
    }
}
