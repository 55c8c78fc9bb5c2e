package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.logging.CapturedLog;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.recovery.AbandonedTasks;
import io.taskqueue.source.recovery.QueueRecovery;
import io.taskqueue.source.recovery.RecoverableQueue;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.recovery.RecoveryLog;
import io.taskqueue.source.recovery.RecoveryProgress;
import io.taskqueue.source.recovery.RecoveryReport;
import io.taskqueue.source.recovery.RemovedTasks;
import io.taskqueue.source.registry.ClaimRegistry;
import io.taskqueue.source.registry.LowWaterMark;
import io.taskqueue.source.registry.QueueMarks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a new owner of a queue finds of the tasks of the one before, on a real broker. */
@Timeout(60)
class RecoveryTest {

    private static final String EVENTS = "recovered.events";

    @TempDir
    static Path directory;

    private static SourceTestCluster cluster;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = SourceTestCluster.start(directory);
        cluster.createTopic(EVENTS, 1, Map.of());
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @Test
    void liveTasksOfAnOwnerThatIsTakenOverAreRecoveredInTheirStates() throws Exception {
        try (TaskQueue<String> first = queue("states");
                ReplicationSource<String> owner = source(first, EVENTS).start()) {
            TaskId done = first.enqueue("done");
            TaskId failed = first.enqueue("failed");
            TaskId leased = first.enqueue("leased");
            TaskId pending = first.enqueue("pending");
            first.lease().complete();
            first.lease().fail(TaskError.of("the target was unavailable"));
            Lease<String> held = first.lease();
            confirm(owner);

            List<RecoveryProgress> progress = new ArrayList<>();
            try (TaskQueue<String> second = queue("states");
                    ReplicationSource<String> next = source(second, EVENTS)
                            .recover(Recovery.standard().progress(progress::add))
                            .start()) {
                RecoveryReport report = next.recovery().orElseThrow();
                assertThat(report.tasks().pending()).isEqualTo(2);
                assertThat(report.tasks().leased()).isEqualTo(1);
                assertThat(report.tasks().recovered()).isEqualTo(3);
                assertThat(report.removed()).isEmpty();
                assertThat(next.abandoned()).isEmpty();
                assertThat(progress.get(0).done()).isZero();
                RecoveryProgress last = progress.get(progress.size() - 1);
                assertThat(last.done()).isEqualTo(last.total()).isPositive();

                // the one that is leased by nobody waits; the others are leased in the order in which they became
                // pending
                Lease<String> one = second.tryLease().orElseThrow();
                Lease<String> other = second.tryLease().orElseThrow();
                assertThat(List.of(one.task().id(), other.task().id())).containsExactlyInAnyOrder(pending, failed);
                Lease<String> again = one.task().id().equals(failed) ? one : other;
                assertThat(again.task().attempt()).isEqualTo(2);
                assertThat(second.tryLease()).isEmpty();
                assertThat(second.snapshot().tasks())
                        .anySatisfy(entry -> assertThat(entry.task().id()).isEqualTo(leased))
                        .noneSatisfy(entry -> assertThat(entry.task().id()).isEqualTo(done));
                confirm(next);

                await().until(() -> !first.isOpen());
                assertThatThrownBy(held::complete).hasMessageContaining("is fenced");
                assertThat(liveIds("states")).containsExactlyInAnyOrder(pending, failed, leased);
            }
        }
    }

    @Test
    void ownerWithoutARecoveryReportsTheTasksThatItLeavesAndAnotherOneRecoversThem() throws Exception {
        Instant before = Instant.now();
        try (TaskQueue<String> first = queue("abandoned");
                ReplicationSource<String> owner = source(first, EVENTS).start()) {
            first.enqueue("one");
            first.enqueue("two");
            confirm(owner);
            try (CapturedLog log = CapturedLog.of(RecoveryLog.class);
                    TaskQueue<String> second = queue("abandoned");
                    ReplicationSource<String> next = source(second, EVENTS).start()) {
                await().until(() -> next.abandoned().isPresent());
                AbandonedTasks abandoned = next.abandoned().orElseThrow();
                assertThat(abandoned.count()).isEqualTo(2);
                assertThat(abandoned.oldest().orElseThrow()).isBetween(before, Instant.now());
                assertThat(next.recovery()).isEmpty();
                await().until(() -> !log.lines().isEmpty());
                assertThat(log.lines())
                        .containsExactly(
                                "WARN Queue abandoned has 2 live tasks of earlier owners, the oldest enqueued at "
                                        + abandoned.oldest().get()
                                        + ", and this source does not work on them, because it was started without a recovery."
                                        + " They stay on the topic. Start the source again with recover(...), or 'taskqueue"
                                        + " dispatch' with --recover.");
                second.enqueue("three");
                confirm(next);
            }
            assertThat(mark("abandoned").live().tasks()).isEqualTo(3);
            try (TaskQueue<String> third = queue("abandoned");
                    ReplicationSource<String> last =
                            source(third, EVENTS).recover(Recovery.standard()).start()) {
                assertThat(payloadsLeased(third)).containsExactlyInAnyOrder("one", "two", "three");
                assertThat(last.recovery().orElseThrow().tasks().handedOver()).isEqualTo(1);
            }
        }
    }

    @Test
    void tasksThatAreHandedOverAreLeasedByTheNextOwnerAtOnce() throws Exception {
        try (TaskQueue<String> first = queue("handed");
                ReplicationSource<String> owner = source(first, EVENTS).start()) {
            first.enqueue("held too long");
            first.enqueue("waiting");
            Lease<String> held = first.lease();

            HandOverReport report = owner.handOver(Duration.ofMillis(50));

            assertThat(report.tasks()).isEqualTo(2);
            assertThat(report.closed().complete()).isTrue();
            assertThatThrownBy(held::complete).hasMessageContaining("handOver()");
            assertThat(mark("handed").live().tasks()).isEqualTo(2);
            try (TaskQueue<String> second = queue("handed");
                    ReplicationSource<String> next =
                            source(second, EVENTS).recover(Recovery.standard()).start()) {
                assertThat(next.recovery().orElseThrow().tasks().handedOver()).isEqualTo(2);
                assertThat(payloadsLeased(second)).containsExactlyInAnyOrder("waiting", "held too long");
            }
        }
    }

    @Test
    void lastMarkOfAnOwnerSparesItsSuccessorTheLog() throws Exception {
        try (TaskQueue<String> first = queue("marked");
                ReplicationSource<String> owner = source(first, EVENTS).start()) {
            for (int i = 0; i < 300; i++) {
                first.enqueue("done");
                first.lease().complete();
            }
            first.enqueue("last", "input.ndjson:301");
            owner.close(Duration.ofSeconds(20));
        }
        LowWaterMark mark = mark("marked");
        assertThat(mark.live().tasks()).isEqualTo(1);
        assertThat(mark.live().lastKey()).contains("input.ndjson:301");
        try (TaskQueue<String> second = queue("marked");
                ReplicationSource<String> next =
                        source(second, EVENTS).recover(Recovery.standard()).start()) {
            RecoveryReport report = next.recovery().orElseThrow();
            assertThat(report.reading().from()).isEqualTo(mark.offset());
            assertThat(report.reading().events()).isEqualTo(1);
            assertThat(report.lastKey()).contains("input.ndjson:301");
            assertThat(payloadsLeased(second)).containsExactly("last");
        }
    }

    @Test
    void tasksWhoseEventsWereRemovedAreCountedExactly() throws Exception {
        cluster.createTopic("cut.events", 1, Map.of());
        try (TaskQueue<String> first = queue("cut");
                ReplicationSource<String> owner = source(first, "cut.events").start()) {
            for (int i = 0; i < 10; i++) {
                first.enqueue("task " + i);
            }
            owner.replicated().get(20, TimeUnit.SECONDS);
            await().until(() -> marked("cut", 10));
            first.lease().complete();
            confirm(owner);
            deleteRecords("cut.events", 5); // SourceStarted, and the first four of ten Enqueued

            try (CapturedLog log = CapturedLog.of(RecoveryLog.class);
                    TaskQueue<String> second = queue("cut");
                    ReplicationSource<String> next = source(second, "cut.events")
                            .recover(Recovery.standard())
                            .start()) {
                RemovedTasks removed = next.recovery().orElseThrow().removed().orElseThrow();
                // the first of them was completed behind the cut
                assertThat(removed.gone()).isEqualTo(3);
                assertThat(removed.live()).isEqualTo(9);
                assertThat(removed.exact()).isTrue();
                assertThat(removed.firstLeft()).contains(new Position(owner.epoch(), 5));
                assertThat(second.snapshot().tasks()).hasSize(6);
                assertThat(log.lines())
                        .contains(
                                "ERROR 3 of 9 live tasks of queue cut are gone: partition 0 of topic cut.events no longer holds"
                                        + " their events. The first event of the queue that is left is " + owner.epoch()
                                        + "/5. Raise the retention of the topic, and enqueue these tasks again from where they"
                                        + " came.");
            }
        }
    }

    @Test
    void taskThatCannotBeDecodedDoesNotPreventTheRecoveryOfTheOthers() throws Exception {
        try (TaskQueue<String> first = queue("undecodable");
                ReplicationSource<String> owner = source(first, EVENTS).start()) {
            TaskId poison = first.enqueue("\"poison\"");
            first.enqueue("42");
            confirm(owner);
            PayloadCodec<Integer> numbers = numbersInTexts();
            try (CapturedLog log = CapturedLog.of(RecoveryLog.class);
                    TaskQueue<Integer> second =
                            TaskQueue.<Integer>builder("undecodable").build();
                    ReplicationSource<Integer> next = ReplicationSource.builder(second, numbers)
                            .kafka(cluster.settings())
                            .topic(EVENTS)
                            .recover(Recovery.standard())
                            .start()) {
                RecoveryReport report = next.recovery().orElseThrow();
                assertThat(report.tasks().recovered()).isEqualTo(1);
                assertThat(report.tasks().undecodable()).isEqualTo(1);
                assertThat(report.undecodable().get(0).task()).isEqualTo(poison);
                assertThat(second.tryLease().orElseThrow().payload()).isEqualTo(42);
                assertThat(log.lines().get(1))
                        .startsWith(
                                "ERROR 1 live tasks of queue undecodable are not recovered, because they cannot be decoded; the"
                                        + " first is " + poison + ", at offset ")
                        .endsWith(
                                " They stay on the topic. If that is due to the payload codec, start the source again with a"
                                        + " recovery and one that decodes them.");
                next.replicated().get(20, TimeUnit.SECONDS);
            }
            assertThat(mark("undecodable").live().tasks()).isEqualTo(2);
            try (TaskQueue<String> third = queue("undecodable");
                    ReplicationSource<String> last =
                            source(third, EVENTS).recover(Recovery.standard()).start()) {
                assertThat(last.recovery().orElseThrow().tasks().recovered()).isEqualTo(2);
                assertThat(payloadsLeased(third)).contains("\"poison\"");
            }
        }
    }

    @Test
    void eventsInAnAbortedTransactionOfAStrangerAreNotRecovered() throws Exception {
        try (TaskQueue<String> first = queue("strangers");
                ReplicationSource<String> owner = source(first, EVENTS).start()) {
            TaskId task = first.enqueue("live");
            Lease<String> lease = first.lease();
            confirm(owner);
            ProducerRecord<byte[], byte[]> completed = null;
            lease.complete();
            confirm(owner);
            // a stranger copies events of the queue, and aborts
            first.enqueue("second");
            confirm(owner);
            for (var record : cluster.read(EVENTS)) {
                if (new String(record.key(), StandardCharsets.UTF_8).equals("strangers")) {
                    completed = new ProducerRecord<>(EVENTS, 0, record.key(), record.value(), record.headers());
                }
            }
            Map<String, Object> transactional = new HashMap<>(cluster.settings());
            transactional.put("transactional.id", "stranger");
            try (var stranger =
                    new KafkaProducer<>(transactional, new ByteArraySerializer(), new ByteArraySerializer())) {
                stranger.initTransactions();
                stranger.beginTransaction();
                stranger.send(completed).get(20, TimeUnit.SECONDS);
                stranger.abortTransaction();

                assertThat(liveIds("strangers")).hasSize(1).doesNotContain(task);

                stranger.beginTransaction();
                stranger.send(completed).get(20, TimeUnit.SECONDS);
                Map<String, Object> impatient = new HashMap<>(cluster.settings());
                impatient.put("default.api.timeout.ms", 2_000);
                impatient.put("request.timeout.ms", 1_000);
                assertThatThrownBy(() -> QueueRecovery.read(
                                impatient,
                                ReplicationSource.DEFAULT_REGISTRY_TOPIC,
                                "strangers",
                                PayloadCodec.utf8(),
                                Recovery.standard()))
                        .hasMessageStartingWith(
                                "The live tasks of queue strangers cannot be read: partition 0 of topic " + EVENTS)
                        .hasMessageContaining("kafka-transactions.sh abort --topic " + EVENTS + " --partition 0")
                        .hasMessageEndingWith("Then start the recovery again.");
                stranger.abortTransaction();
            }
        }
    }

    @Test
    void oldTasksAreWrittenAgainBeforeRetentionReachesThem() throws Exception {
        cluster.createTopic("short.events", 1, Map.of("retention.ms", "3000"));
        try (TaskQueue<String> queue = queue("short");
                ReplicationSource<String> owner = source(queue, "short.events").start()) {
            TaskId old = queue.enqueue("old");
            owner.replicated().get(20, TimeUnit.SECONDS);
            await().until(() -> cluster.events("short.events", "short").stream()
                    .anyMatch(event ->
                            event.kind() == EventKind.SNAPSHOT && event.taskId().equals(old)));
            ReplicationEvent<String> snapshot = cluster.events("short.events", "short").stream()
                    .filter(event -> event.kind() == EventKind.SNAPSHOT)
                    .findFirst()
                    .orElseThrow();
            assertThat(snapshot.payload()).isEqualTo("old");
            await().until(() -> mark("short").position().compareTo(snapshot.position()) >= 0);
        }
    }

    @Test
    void taskThatDoesNotFitTheTopicAnyMoreStaysThereAndTheOthersAreRecovered() throws Exception {
        cluster.createTopic("shrunk.events", 1, Map.of());
        try (TaskQueue<String> first = queue("shrunk");
                ReplicationSource<String> owner = source(first, "shrunk.events").start()) {
            first.enqueue("x".repeat(600_000));
            first.enqueue("small");
            confirm(owner);
            try (TaskQueue<String> second = queue("shrunk");
                    ReplicationSource<String> next = source(second, "shrunk.events")
                            .maxRecordBytes(500_000)
                            .recover(Recovery.standard())
                            .start()) {
                RecoveryReport report = next.recovery().orElseThrow();
                assertThat(report.tasks().undecodable()).isEqualTo(1);
                assertThat(payloadsLeased(second)).containsExactly("small");
            }
        }
    }

    private static TaskQueue<String> queue(String name) {
        return TaskQueue.<String>builder(name).closeGrace(Duration.ZERO).build();
    }

    private static ReplicationSource.Builder<String> source(TaskQueue<String> queue, String topic) {
        return cluster.source(queue).topic(topic).markInterval(Duration.ofMillis(100));
    }

    private static void confirm(ReplicationSource<String> source) throws Exception {
        var unused = source.replicated().get(20, TimeUnit.SECONDS);
    }

    private static List<String> payloadsLeased(TaskQueue<String> queue) {
        List<String> payloads = new ArrayList<>();
        Optional<Lease<String>> lease = queue.tryLease();
        while (lease.isPresent()) {
            payloads.add(lease.get().payload());
            lease = queue.tryLease();
        }
        return payloads;
    }

    private static List<TaskId> liveIds(String queue) throws Exception {
        RecoverableQueue<String> found = QueueRecovery.read(
                cluster.settings(),
                ReplicationSource.DEFAULT_REGISTRY_TOPIC,
                queue,
                PayloadCodec.utf8(),
                Recovery.standard());
        return found.tasks().stream()
                .map(FoldedTask::task)
                .map(task -> task.id())
                .toList();
    }

    private static PayloadCodec<Integer> numbersInTexts() {
        PayloadCodec<String> texts = PayloadCodec.utf8();
        return new PayloadCodec<>() {
            @Override
            public byte[] encode(Integer payload) {
                return texts.encode(String.valueOf(payload));
            }

            @Override
            public Integer decode(byte[] json) {
                return Integer.valueOf(texts.decode(json));
            }
        };
    }

    private static boolean marked(String queue, long live) {
        return newestMark(queue).filter(mark -> mark.live().tasks() == live).isPresent();
    }

    private static LowWaterMark mark(String queue) {
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
