package io.taskqueue.source;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.dead.DeadTask;
import io.taskqueue.source.dead.DeadTaskPage;
import io.taskqueue.source.dead.DeadTaskQuery;
import io.taskqueue.source.dead.DeadTasks;
import io.taskqueue.source.dead.RetryOrder;
import io.taskqueue.source.dead.RetryResult;
import io.taskqueue.source.dead.RetryResult.Refused;
import io.taskqueue.source.dead.RetryResult.Restored;
import io.taskqueue.source.dead.RetryResult.TaskOutcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Dead tasks are listed, and an order to retry them is executed once, by the owner of the queue. */
@Timeout(60)
class DeadTasksAreRetriedTest {

    private static final String REGISTRY = ReplicationSource.DEFAULT_REGISTRY_TOPIC;
    private static final Instant AT = Instant.parse("2026-11-01T10:00:00Z");

    @AutoClose
    private static SourceTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    private static TaskQueue<String> queue(String name) {
        return TaskQueue.<String>builder(name)
                .maxAttempts(2)
                .closeGrace(Duration.ZERO)
                .build();
    }

    private static DeadTasks dead(String queue) {
        return new DeadTasks(cluster.settings(), REGISTRY, queue);
    }

    /** Enqueues a task and lets its attempts fail. */
    private static TaskId die(TaskQueue<String> queue, String payload) throws Exception {
        TaskId id = queue.enqueue(payload);
        queue.lease().fail(new TaskError("timeout", "no answer", Map.of()));
        queue.lease().fail(new TaskError("timeout", "no answer", Map.of()));
        return id;
    }

    private static Map<UUID, RetryResult> awaitResults(DeadTasks dead, List<RetryOrder> orders) {
        await().atMost(Duration.ofSeconds(20)).until(() -> dead.results(orders).size() == orders.size());
        return dead.results(orders);
    }

    private static TaskOutcome outcome(DeadTasks dead, List<RetryOrder> orders) {
        assertThat(orders).hasSize(1);
        List<TaskOutcome> outcomes =
                awaitResults(dead, orders).get(orders.get(0).id()).tasks();
        assertThat(outcomes).hasSize(1);
        return outcomes.get(0);
    }

    private static List<Position> restored(String queue) {
        return cluster.events(ReplicationSource.DEFAULT_TOPIC, queue).stream()
                .filter(event -> event.kind() == EventKind.RESTORED)
                .map(ReplicationEvent::position)
                .toList();
    }

    @Test
    void aDeadTaskIsListedWithItsErrorAndAttempts() throws Exception {
        try (var queue = queue("listed");
                var source = cluster.source(queue).start()) {
            TaskId id = die(queue, "a");
            queue.enqueue("alive");
            source.replicated().get(20, SECONDS);

            DeadTaskPage page = dead("listed").read(DeadTaskQuery.first(10));

            assertThat(page.next()).isEmpty();
            assertThat(page.reading().first()).contains(new Position(source.epoch(), 0));
            assertThat(page.reading().last()).contains(source.position());
            assertThat(page.tasks()).singleElement().satisfies(task -> {
                assertThat(task.task()).isEqualTo(id);
                assertThat(task.position()).isEqualTo(new Position(source.epoch(), 7));
                assertThat(task.error()).contains(new TaskError("timeout", "no answer", Map.of()));
                assertThat(task.contents()).isInstanceOfSatisfying(DeadTask.Decoded.class, decoded -> {
                    assertThat(decoded.task().attempt()).isEqualTo(2);
                    assertThat(decoded.task().payload()).isEqualTo("\"a\"");
                });
            });
        }
    }

    @Test
    void aDeadTaskHasItsPayloadAlsoWhereOnlyFirstEventsIncludeIt() throws Exception {
        try (var queue = queue("reduced");
                var source = cluster.source(queue)
                        .payload(PayloadInclusion.FIRST_EVENT)
                        .start()) {
            TaskId id = die(queue, "a");
            source.replicated().get(20, SECONDS);
            DeadTasks dead = dead("reduced");
            DeadTaskPage page = dead.read(DeadTaskQuery.first(10));
            assertThat(page.tasks().get(0).contents())
                    .isInstanceOfSatisfying(
                            DeadTask.Decoded.class,
                            decoded -> assertThat(decoded.task().payload()).isEqualTo("\"a\""));

            List<RetryOrder> orders = dead.retry(page, "anna", AT);

            Lease<String> lease = queue.lease(Duration.ofSeconds(20)).orElseThrow();
            assertThat(lease.task().id()).isEqualTo(id);
            assertThat(lease.payload()).isEqualTo("a");
            assertThat(outcome(dead, orders)).isInstanceOf(Restored.class);
        }
    }

    @Test
    void aRunningOwnerRetriesADeadTaskWithinASecondAndItKeepsItsIdentity() throws Exception {
        try (var queue = queue("running");
                var source = cluster.source(queue).start()) {
            TaskId id = die(queue, "a");
            source.replicated().get(20, SECONDS);
            DeadTasks dead = dead("running");

            List<RetryOrder> orders = dead.retry(dead.read(DeadTaskQuery.first(10)), "anna", AT);

            Lease<String> lease = queue.lease(Duration.ofSeconds(2)).orElseThrow();
            assertThat(lease.task().id()).isEqualTo(id);
            assertThat(lease.token().attempt()).isEqualTo(3);
            assertThat(lease.lastError()).contains(new TaskError("timeout", "no answer", Map.of()));
            lease.complete();
            RetryResult result = awaitResults(dead, orders).get(orders.get(0).id());
            assertThat(result.executedBy()).isEqualTo("peer-a");
            assertThat(result.epoch()).isEqualTo(source.epoch());
            assertThat(result.tasks()).containsExactly(new Restored(id, new Position(source.epoch(), 8)));
            source.replicated().get(20, SECONDS);
            assertThat(dead.read(DeadTaskQuery.first(10)).tasks()).isEmpty();
        }
    }

    @Test
    void anOrderThatIsWrittenWhileNobodyOwnsTheQueueIsExecutedByTheNextOwner() throws Exception {
        TaskId id;
        try (var queue = queue("ownerless");
                var source = cluster.source(queue).start()) {
            id = die(queue, "a");
            source.replicated().get(20, SECONDS);
        }
        DeadTasks dead = dead("ownerless");
        List<RetryOrder> orders = dead.retry(dead.read(DeadTaskQuery.first(10)), "anna", AT);
        assertThat(dead.results(orders)).isEmpty();

        try (var queue = queue("ownerless");
                var source = cluster.source(queue).start()) {
            Lease<String> lease = queue.lease(Duration.ofSeconds(10)).orElseThrow();
            assertThat(lease.task().id()).isEqualTo(id);
            lease.complete();
            assertThat(outcome(dead, orders)).isEqualTo(new Restored(id, new Position(source.epoch(), 1)));
        }
    }

    @Test
    void anOrderIsFinishedOnceThoughItsFirstExecutorEndedBeforeItWroteTheResult() throws Exception {
        DeadTasks dead = dead("half");
        TaskId first;
        TaskId second;
        DeadTaskPage page;
        Position restoredAt;
        try (var queue = queue("half");
                var source = cluster.source(queue).start()) {
            first = die(queue, "a");
            second = die(queue, "b");
            source.replicated().get(20, SECONDS);
            page = dead.read(DeadTaskQuery.first(10));
            queue.restore(List.of(retried(page.tasks().get(0))));
            restoredAt = source.replicated().get(20, SECONDS);
            queue.stop("killed");
        }
        List<RetryOrder> orders = dead.retry(page, "anna", AT);

        try (var queue = queue("half");
                var source = cluster.source(queue).start()) {
            RetryResult result = awaitResults(dead, orders).get(orders.get(0).id());

            assertThat(result.tasks())
                    .containsExactlyInAnyOrder(
                            new Restored(first, restoredAt), new Restored(second, new Position(source.epoch(), 1)));
            assertThat(queue.lease(Duration.ofSeconds(10)).orElseThrow().task().id())
                    .isEqualTo(second);
            assertThat(queue.tryLease()).isEmpty();
        }
        assertThat(restored("half")).hasSize(2);
    }

    private static DrainedTask<String> retried(DeadTask dead) {
        Task<String> task = ((DeadTask.Decoded) dead.contents()).task();
        return new DrainedTask<>(
                new Task<>(
                                task.id(),
                                task.attempt(),
                                task.enqueuedAt(),
                                task.payload().replace("\"", ""))
                        .retried(),
                null,
                null);
    }

    @Test
    void aTaskThatTwoOperatorsOrderIsRetriedOnce() throws Exception {
        try (var queue = queue("twice");
                var source = cluster.source(queue).start()) {
            TaskId id = die(queue, "a");
            source.replicated().get(20, SECONDS);
            DeadTasks dead = dead("twice");
            DeadTaskPage page = dead.read(DeadTaskQuery.first(10));

            List<RetryOrder> anna = dead.retry(page, "anna", AT);
            List<RetryOrder> bert = dead.retry(page, "bert", AT);

            queue.lease(Duration.ofSeconds(10)).orElseThrow().complete();
            Restored both = new Restored(id, new Position(source.epoch(), 8));
            assertThat(outcome(dead, anna)).isEqualTo(both);
            assertThat(outcome(dead, bert)).isEqualTo(both);
            assertThat(queue.tryLease()).isEmpty();
            source.replicated().get(20, SECONDS);
            assertThat(restored("twice")).hasSize(1);
        }
    }

    @Test
    void aFencedOwnerDoesNotExecuteOrders() throws Exception {
        try (var old = queue("fenced");
                var fenced = cluster.source(old).start()) {
            TaskId id = die(old, "a");
            fenced.replicated().get(20, SECONDS);
            DeadTasks dead = dead("fenced");
            DeadTaskPage page = dead.read(DeadTaskQuery.first(10));
            try (var queue = queue("fenced");
                    var source = cluster.source(queue).start()) {
                List<RetryOrder> orders = dead.retry(page, "anna", AT);

                assertThat(outcome(dead, orders)).isEqualTo(new Restored(id, new Position(source.epoch(), 1)));
                assertThat(queue.lease(Duration.ofSeconds(5))
                                .orElseThrow()
                                .task()
                                .id())
                        .isEqualTo(id);
            }
        }
    }

    @Test
    void aTaskWhoseEventRetentionHasRemovedIsRefused() throws Exception {
        DeadTasks dead = dead("removed");
        TaskId id;
        DeadTaskPage page;
        List<RetryOrder> orders;
        try (var queue = queue("removed");
                var source = cluster.source(queue).topic("short").partitions(1).start()) {
            id = die(queue, "a");
            source.replicated().get(20, SECONDS);
            page = dead.read(DeadTaskQuery.first(10));
        }
        try (Admin admin = Admin.create(cluster.settings())) {
            TopicPartition partition = new TopicPartition("short", 0);
            admin.deleteRecords(Map.of(
                            partition,
                            RecordsToDelete.beforeOffset(page.tasks().get(0).offset() + 1)))
                    .all()
                    .get(20, SECONDS);
        }
        orders = dead.retry(page, "anna", AT);

        try (var queue = queue("removed");
                var source = cluster.source(queue).topic("short").partitions(1).start()) {
            assertThat(outcome(dead, orders))
                    .isEqualTo(new Refused(
                            id,
                            "The event that made it dead was at offset 7, but partition short-0 begins at offset 8:"
                                    + " retention has removed it. Enqueue the task again."));
            DeadTaskPage now = dead.read(DeadTaskQuery.first(10));
            assertThat(now.tasks()).isEmpty();
            assertThat(now.reading().from()).isEqualTo(8);
            assertThat(now.reading().first()).contains(new Position(source.epoch(), 0));
        }
    }

    @Test
    void aTaskThatTheOwnerCannotDecodeIsReported() throws Exception {
        DeadTasks dead = dead("undecodable");
        TaskId id;
        try (var queue = queue("undecodable");
                var source = cluster.source(queue).start()) {
            id = die(queue, "a");
            source.replicated().get(20, SECONDS);
        }
        List<RetryOrder> orders = dead.retry(dead.read(DeadTaskQuery.first(10)), "anna", AT);

        try (var queue = TaskQueue.<byte[]>builder("undecodable").build();
                var source = ReplicationSource.builder(queue, PayloadCodec.bytes())
                        .kafka(cluster.settings())
                        .start()) {
            assertThat(outcome(dead, orders)).isInstanceOfSatisfying(Refused.class, refused -> {
                assertThat(refused.task()).isEqualTo(id);
                assertThat(refused.reason())
                        .startsWith("Its event "
                                + dead.read(DeadTaskQuery.first(10))
                                        .tasks()
                                        .get(0)
                                        .position()
                                + " cannot be decoded by the queue's owner: ");
            });
            assertThat(source.queue().tryLease()).isEmpty();
        }
    }

    @Test
    void anOrderThatTheEndOfTheSourceInterruptsIsExecutedByTheNextOwner() throws Exception {
        DeadTasks dead = dead("interrupted");
        CountDownLatch decoding = new CountDownLatch(1);
        PayloadCodec<String> blocking = new PayloadCodec<>() {
            @Override
            public byte[] encode(String payload) {
                return PayloadCodec.utf8().encode(payload);
            }

            @Override
            public String decode(byte[] json) {
                decoding.countDown();
                try {
                    new CountDownLatch(1).await();
                    return "";
                } catch (InterruptedException e) {
                    throw new IllegalStateException("the registry of schemas was not asked", e);
                }
            }
        };
        List<RetryOrder> orders;
        TaskId id;
        try (var queue = queue("interrupted");
                var source = ReplicationSource.builder(queue, blocking)
                        .kafka(cluster.settings())
                        .start()) {
            id = die(queue, "a");
            source.replicated().get(20, SECONDS);
            orders = dead.retry(dead.read(DeadTaskQuery.first(10)), "anna", AT);
            assertThat(decoding.await(20, SECONDS)).isTrue();
        }
        assertThat(dead.results(orders)).isEmpty();

        try (var queue = queue("interrupted");
                var source = cluster.source(queue).start()) {
            assertThat(outcome(dead, orders))
                    .isInstanceOfSatisfying(Restored.class, restored -> assertThat(restored.task())
                            .isEqualTo(id));
            assertThat(source.queue().tryLease().orElseThrow().payload()).isEqualTo("a");
        }
    }

    @Test
    void aDeadTaskWhoseValueIsDamagedIsListedAndNotOrdered() throws Exception {
        DeadTasks dead = dead("damaged");
        TaskId id;
        try (var queue = queue("damaged");
                var source = cluster.source(queue).start()) {
            id = die(queue, "a");
            source.replicated().get(20, SECONDS);
            ConsumerRecord<byte[], byte[]> last = cluster.read(ReplicationSource.DEFAULT_TOPIC).stream()
                    .filter(record -> new String(record.key(), StandardCharsets.UTF_8).equals("damaged"))
                    .reduce((first, second) -> second)
                    .orElseThrow();
            // as if it had been damaged: the same event at the next position
            ProducerRecord<byte[], byte[]> damaged = new ProducerRecord<>(
                    last.topic(), last.partition(), last.key(), "{".getBytes(StandardCharsets.UTF_8), last.headers());
            damaged.headers().remove("ce_id");
            damaged.headers().add("ce_id", ("damaged/" + source.epoch() + "/100").getBytes(StandardCharsets.UTF_8));
            cluster.send(damaged);
        }

        DeadTaskPage page = dead.read(DeadTaskQuery.first(10));

        assertThat(page.tasks()).singleElement().satisfies(task -> {
            assertThat(task.task()).isEqualTo(id);
            assertThat(task.retryable()).isFalse();
            assertThat(task.contents())
                    .isInstanceOfSatisfying(DeadTask.Undecodable.class, contents -> assertThat(contents.reason())
                            .isNotEmpty());
        });
        assertThat(dead.retry(page, "anna", AT)).isEmpty();
    }

    @Test
    void deadTasksAreReadPageByPage() throws Exception {
        try (var queue = queue("paged");
                var source = cluster.source(queue).start()) {
            List<TaskId> ids = List.of(die(queue, "a"), die(queue, "b"), die(queue, "c"));
            source.replicated().get(20, SECONDS);
            DeadTasks dead = dead("paged");

            DeadTaskPage first = dead.read(DeadTaskQuery.first(2));
            assertThat(first.tasks()).extracting(DeadTask::task).isEqualTo(ids.subList(0, 2));
            DeadTaskPage second = dead.read(
                    new DeadTaskQuery(task -> true, task -> true, first.next().orElseThrow(), 2));
            assertThat(second.tasks()).extracting(DeadTask::task).containsExactly(ids.get(2));
            assertThat(second.next()).isEqualTo(OptionalLong.empty());

            DeadTaskPage one = dead.read(new DeadTaskQuery(ids.get(1)::equals, task -> true, 0, 10));
            assertThat(one.tasks()).extracting(DeadTask::task).containsExactly(ids.get(1));
            assertThat(one.latest()).map(DeadTaskPage.LatestEvent::kind).contains(Optional.of(EventKind.DEAD_LETTERED));
        }
    }

    @Test
    void aQueueThatIsNotInTheRegistryIsRefused() {
        assertThatThrownBy(() -> dead("unknown").read(DeadTaskQuery.first(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Queue unknown is not in registry taskqueue.sources: no source of it has been started on this"
                                + " cluster. Check the queue's name, the registry topic and the cluster.");
    }

    @Test
    void tooManyOrdersThatWaitAreRefused() throws Exception {
        DeadTasks dead = dead("crowded");
        try (var queue = queue("crowded");
                var source = cluster.source(queue).start()) {
            die(queue, "a");
            source.replicated().get(20, SECONDS);
        }
        DeadTaskPage page = dead.read(DeadTaskQuery.first(1));
        assertThat(dead.retry(page, "anna", AT)).hasSize(1);
        DeadTaskPage many = new DeadTaskPage(
                page.reading(),
                Collections.nCopies(99 * RetryOrder.MAX_TASKS + 1, page.tasks().get(0)),
                page.next(),
                page.latest());

        assertThatThrownBy(() -> dead.retry(many, "anna", AT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Queue crowded has 1 orders to retry dead tasks that are not executed yet, and may have 100, but"
                                + " 100 more are needed. Start a dispatcher of the queue, which executes them, or retry fewer tasks.");
    }
}
