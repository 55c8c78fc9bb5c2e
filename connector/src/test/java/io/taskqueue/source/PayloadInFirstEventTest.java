package io.taskqueue.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.recovery.RecoveryReport;
import io.taskqueue.source.registry.ClaimRegistry;
import io.taskqueue.source.registry.LowWaterMark;
import io.taskqueue.source.registry.QueueMarks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sources that include payloads in the first event of a task only: no payload of a live task is lost, on a real broker. */
@Timeout(120)
class PayloadInFirstEventTest {

    private static final String PAYLOAD = "p".repeat(2_000);

    @TempDir
    static Path directory;

    private static SourceTestCluster cluster;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @Test
    void laterRecordsAreSmallerByThePayloadAndMarkedInAHeader() throws Exception {
        Set<EventKind> withoutPayload =
                EnumSet.of(EventKind.LEASE_GRANTED, EventKind.HEARTBEAT, EventKind.FAILED, EventKind.REQUEUED);
        Map<EventKind, Integer> every = sizesOfATask("every", PayloadInclusion.EVERY_EVENT, Set.of());
        Map<EventKind, Integer> first = sizesOfATask("first", PayloadInclusion.FIRST_EVENT, withoutPayload);

        assertThat(first.keySet()).isEqualTo(every.keySet());
        first.forEach((kind, size) -> {
            int saved = every.get(kind) - size;
            int expected = withoutPayload.contains(kind) ? PAYLOAD.length() : 0;
            assertThat(saved).as("%s", kind).isBetween(expected - 30, expected + 50); // digits of numbers and times
        });
    }

    /** The size of the value of each kind of event in the life of a task that fails. */
    private static Map<EventKind, Integer> sizesOfATask(
            String name, PayloadInclusion inclusion, Set<EventKind> withoutPayload) throws Exception {
        String topic = newTopic(name);
        try (TaskQueue<String> queue = TaskQueue.<String>builder(name)
                        .maxAttempts(2)
                        .heartbeatInterval(Duration.ZERO)
                        .build();
                ReplicationSource<String> source =
                        source(queue, topic).payload(inclusion).start();
                EventSubscription<String> inProcess = source.events()) {
            TaskId id = queue.enqueue(PAYLOAD);
            Lease<String> lease = queue.lease();
            assertThat(lease.payload()).isEqualTo(PAYLOAD);
            lease.heartbeat();
            queue.writeSnapshots(List.of(id));
            lease.fail(TaskError.of("no answer"));
            queue.lease().fail(TaskError.of("no answer"));
            confirm(source);
            Map<EventKind, Integer> sizes = new TreeMap<>();
            for (ConsumerRecord<byte[], byte[]> record : cluster.read(topic)) {
                ReplicationEvent<String> event = SourceTestCluster.CODEC.decode(record.value());
                sizes.put(event.kind(), record.value().length);
                boolean isWithout = withoutPayload.contains(event.kind());
                assertThat(new String(record.value(), UTF_8).contains("\"value\""))
                        .as("%s", event)
                        .isEqualTo(event.change().isPresent() && !isWithout);
                assertThat(record.headers().lastHeader("ce_payloadomitted") != null)
                        .as("%s", event)
                        .isEqualTo(isWithout);
                assertThat(EventHeaders.read(record.headers()).orElseThrow().payloadOmitted())
                        .isEqualTo(isWithout);
                if (event.change().isPresent()) { // readers in this process get what is on the topic
                    assertThat(inProcess.poll(Duration.ofSeconds(20))).contains(event);
                }
            }
            return sizes;
        }
    }

    @Test
    void everyLiveTaskIsRecoveredWithItsPayloadFromTheMarkOn() throws Exception {
        String topic = newTopic("killed");
        try (TaskQueue<String> first = queue("killed");
                ReplicationSource<String> owner = source(first, topic)
                        .payload(PayloadInclusion.FIRST_EVENT)
                        .start()) {
            Map<TaskId, String> live = work(first, owner);
            LowWaterMark mark = awaitMark("killed", live.size());
            // all that a recovery does not need is removed
            deleteRecords(topic, mark.offset());

            try (TaskQueue<String> second = queue("killed");
                    ReplicationSource<String> next = source(second, topic)
                            .payload(PayloadInclusion.FIRST_EVENT)
                            .recover(Recovery.standard())
                            .start()) {
                assertThat(next.recovery().orElseThrow().tasks().undecodable()).isZero();
                assertThat(payloads(second)).isEqualTo(live);
            }
        }
    }

    /** Leaves a leased task, two whose attempt failed, and one that is leased again; behind completed ones. */
    private static Map<TaskId, String> work(TaskQueue<String> queue, ReplicationSource<String> owner) throws Exception {
        Map<TaskId, String> live = new HashMap<>();
        for (int task = 0; task < 20; task++) {
            queue.enqueue("done " + task);
            queue.lease().complete();
        }
        for (String payload : List.of("leased again", "failed", "leased", "pending")) {
            live.put(queue.enqueue(payload), payload);
        }
        queue.lease().fail(TaskError.of("no answer"));
        queue.lease().fail(TaskError.of("no answer"));
        Lease<String> leased = queue.lease();
        assertThat(leased.payload()).isEqualTo("leased");
        Lease<String> pending = queue.lease();
        pending.fail(TaskError.of("no answer"));
        assertThat(queue.lease().payload()).isEqualTo("leased again");
        confirm(owner);
        return live;
    }

    @Test
    void theMarkWaitsForThePayloadUntilTheTaskIsWrittenAgain() throws Exception {
        String topic = newTopic("waiting");
        try (TaskQueue<String> queue = queue("waiting");
                ReplicationSource<String> owner = source(queue, topic)
                        .payload(PayloadInclusion.FIRST_EVENT)
                        .start()) {
            TaskId id = queue.enqueue("long work");
            queue.lease();
            for (int task = 0; task < 50; task++) {
                queue.enqueue("done " + task);
                queue.lease().complete();
            }
            confirm(owner);
            assertThat(awaitMark("waiting", 1).offset()).isEqualTo(offsetOf(topic, EventKind.ENQUEUED, id));

            queue.writeSnapshots(List.of(id));
            confirm(owner);
            long snapshot = offsetOf(topic, EventKind.SNAPSHOT, id);
            await().until(() -> newestMark("waiting")
                    .filter(mark -> mark.offset() == snapshot)
                    .isPresent());
            deleteRecords(topic, snapshot);
            try (TaskQueue<String> second = queue("waiting");
                    ReplicationSource<String> next =
                            source(second, topic).recover(Recovery.standard()).start()) {
                assertThat(next.recovery().orElseThrow().tasks().leased()).isEqualTo(1);
                assertThat(payloads(second)).isEqualTo(Map.of(id, "long work"));
            }
        }
    }

    @Test
    void theSettingCanBeChangedFromOneOwnerToTheNext() throws Exception {
        String topic = newTopic("switched");
        Map<TaskId, String> live = new HashMap<>();
        QueueFold<String> fold = new QueueFold<>("switched", 0);
        for (int owner = 0; owner < 4; owner++) {
            PayloadInclusion inclusion = owner % 2 == 0 ? PayloadInclusion.FIRST_EVENT : PayloadInclusion.EVERY_EVENT;
            try (TaskQueue<String> queue = queue("switched");
                    ReplicationSource<String> source = source(queue, topic)
                            .payload(inclusion)
                            .recover(Recovery.standard())
                            .start()) {
                assertThat(payloads(queue)).isEqualTo(live);
                String payload = "of owner " + owner;
                live.put(queue.enqueue(payload), payload);
                queue.lease().fail(TaskError.of("no answer"));
                queue.lease();
                confirm(source);
                source.close(Duration.ZERO); // the queue is closed without its events
            }
        }
        cluster.events(topic, "switched").forEach(fold::apply);
        FoldedQueue<String> state = fold.state();
        Map<TaskId, String> folded = new HashMap<>();
        for (TaskPhase phase : TaskPhase.values()) {
            state.in(phase)
                    .forEach(task -> folded.put(task.task().id(), task.task().payload()));
        }
        assertThat(folded).isEqualTo(live);
    }

    @Test
    void aTaskWhosePayloadWasRemovedIsReportedAndTheOthersAreRecovered() throws Exception {
        String topic = newTopic("lost");
        try (TaskQueue<String> first = queue("lost");
                ReplicationSource<String> owner = source(first, topic)
                        .payload(PayloadInclusion.FIRST_EVENT)
                        .start()) {
            TaskId lost = first.enqueue("lost");
            TaskId kept = first.enqueue("kept");
            var lease = first.lease();
            assertThat(lease.task().id()).isEqualTo(lost);
            confirm(owner);
            deleteRecords(topic, offsetOf(topic, EventKind.ENQUEUED, kept));

            try (TaskQueue<String> second = queue("lost");
                    ReplicationSource<String> next =
                            source(second, topic).recover(Recovery.standard()).start()) {
                RecoveryReport report = next.recovery().orElseThrow();
                assertThat(payloads(second)).isEqualTo(Map.of(kept, "kept"));
                assertThat(report.tasks().undecodable()).isEqualTo(1);
                assertThat(report.undecodable()).singleElement().satisfies(task -> {
                    assertThat(task.task()).isEqualTo(lost);
                    assertThat(task.reason())
                            .contains(
                                    "without its payload, which an earlier event of the task has, but the partition does not"
                                            + " hold that event any more");
                });
            }
        }
    }

    @Test
    void tasksThatAreHandedOverHaveTheirPayloads() throws Exception {
        String topic = newTopic("handed");
        Map<TaskId, String> live = new HashMap<>();
        try (TaskQueue<String> first = queue("handed");
                ReplicationSource<String> owner = source(first, topic)
                        .payload(PayloadInclusion.FIRST_EVENT)
                        .start()) {
            live.put(first.enqueue("leased"), "leased");
            live.put(first.enqueue("pending"), "pending");
            Lease<String> held = first.lease();
            assertThat(owner.handOver(Duration.ZERO).tasks()).isEqualTo(2);
            assertThatThrownBy(held::complete).hasMessageContaining("handOver()");
        }
        deleteRecords(topic, newestMark("handed").orElseThrow().offset());
        try (TaskQueue<String> second = queue("handed");
                ReplicationSource<String> next =
                        source(second, topic).recover(Recovery.standard()).start()) {
            assertThat(next.recovery().orElseThrow().tasks().handedOver()).isEqualTo(2);
            assertThat(payloads(second)).isEqualTo(live);
        }
    }

    private static String newTopic(String name) throws Exception {
        String topic = name + ".events";
        cluster.createTopic(topic, 1, Map.of());
        return topic;
    }

    private static TaskQueue<String> queue(String name) {
        return TaskQueue.<String>builder(name)
                .maxAttempts(100)
                .closeGrace(Duration.ZERO)
                .build();
    }

    private static ReplicationSource.Builder<String> source(TaskQueue<String> queue, String topic) {
        return cluster.source(queue).topic(topic).markInterval(Duration.ofMillis(100));
    }

    private static void confirm(ReplicationSource<String> source) throws Exception {
        var unused = source.replicated().get(20, TimeUnit.SECONDS);
    }

    private static Map<TaskId, String> payloads(TaskQueue<String> queue) {
        Map<TaskId, String> payloads = new HashMap<>();
        queue.snapshot()
                .tasks()
                .forEach(entry -> payloads.put(entry.task().id(), entry.task().payload()));
        return payloads;
    }

    private static long offsetOf(String topic, EventKind kind, TaskId task) {
        return cluster.read(topic).stream()
                .filter(record -> {
                    EventHeaders headers = EventHeaders.read(record.headers()).orElseThrow();
                    return headers.kind().equals(Optional.of(kind))
                            && headers.task().equals(Optional.of(task));
                })
                .mapToLong(ConsumerRecord::offset)
                .max()
                .orElseThrow();
    }

    private static LowWaterMark awaitMark(String queue, long live) {
        await().until(() ->
                newestMark(queue).filter(mark -> mark.live().tasks() == live).isPresent());
        return newestMark(queue).orElseThrow();
    }

    private static Optional<LowWaterMark> newestMark(String queue) {
        QueueMarks marks = new QueueMarks(ReplicationSource.DEFAULT_REGISTRY_TOPIC, queue);
        try (TopicReader reader =
                TopicReader.open(cluster.settings(), IsolationLevel.READ_UNCOMMITTED, Duration.ofSeconds(20))) {
            var unused = new ClaimRegistry(reader, ReplicationSource.DEFAULT_REGISTRY_TOPIC).read(marks);
        }
        return marks.newest();
    }

    private static void deleteRecords(String topic, long before) throws Exception {
        try (Admin admin = Admin.create(cluster.settings())) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(before)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }
}
