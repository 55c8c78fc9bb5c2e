package io.taskqueue.stored;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.TaskError;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.dead.DeadTaskQuery;
import io.taskqueue.source.dead.DeadTasks;
import io.taskqueue.source.dead.RetryOrder;
import io.taskqueue.source.registry.QueueMarks;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.admin.SinkRates;
import io.taskqueue.streams.admin.SinkReplays;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.rate.RateOrder;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.ReplayReceipt;
import io.taskqueue.streams.replay.Selection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/**
 * What a version was run through to leave every kind of record: results and a recorded failure, a parked event with another behind it, a
 * discarded one, a rate limit, a completed rerun, an event in flight whose effect may have been done; live tasks of which some are leased, a
 * retried one, a low-water mark, an order and its result. The source is not closed, as after kill -9.
 *
 * <pre>
 *   sequence   1 Enqueued one    2 Enqueued two    3 Enqueued refused    4 Enqueued broken    5 Enqueued discarded
 *              6 LeaseGranted one    7 Completed one    8 LeaseGranted two    9 Failed two    10 DeadLettered two
 *              11 Restored two    12 LeaseGranted refused    13 LeaseGranted broken    14 Enqueued stuck
 * </pre>
 */
final class StoredScenario {

    static final String QUEUE = "é/orders";
    static final String SINK = "stored-sink";
    static final String EVENTS = "stored.events";
    static final String REGISTRY = "stored.sources";
    static final String ONE = "one";
    static final String TWO = "two";
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Instant THEN = Instant.parse("2026-11-23T09:30:00Z");

    private final Map<String, Object> kafka;
    private final Path directory;

    StoredScenario(String bootstrapServers, Path directory) {
        this.kafka = Map.of("bootstrap.servers", bootstrapServers, "consumer.fetch.max.wait.ms", 50);
        this.directory = directory;
    }

    /** Runs everything, and calls back while the source has not been closed. */
    void run(Callback whileRunning) throws Exception {
        try (TaskQueue<String> queue = TaskQueue.<String>builder(QUEUE)
                        .leaseDuration(Duration.ofMinutes(10))
                        .build();
                ReplicationSource<String> source = source(queue)
                        .partitions(1)
                        .replicationFactor(1)
                        .markInterval(Duration.ofMillis(200))
                        .start()) {
            for (String order : List.of(ONE, TWO, OrderSink.REFUSED, OrderSink.BROKEN, OrderSink.DISCARDED)) {
                queue.enqueue(order, "key of " + order);
            }
            queue.lease().complete();
            queue.lease().fail(TaskError.of("no_stock", "there is none left"), false);
            source.replicated().get(30, TimeUnit.SECONDS);
            retryDeadTasks();
            Lease<String> refused = queue.lease();
            Lease<String> broken = queue.lease();
            assertThat(List.of(refused.payload(), broken.payload()))
                    .containsExactly(OrderSink.REFUSED, OrderSink.BROKEN);
            source.replicated().get(30, TimeUnit.SECONDS);
            parkAndDiscard();
            rerunTheFirstTask(() -> {
                queue.enqueue(OrderSink.STUCK);
                source.replicated().get(30, TimeUnit.SECONDS);
            });
            Awaitility.await().atMost(PATIENCE).until(() -> Optional.ofNullable(
                            QueueMarks.readAll(kafka, REGISTRY).get(QUEUE))
                    .filter(mark -> mark.live().tasks() == 5)
                    .isPresent());
            whileRunning.call();
        }
    }

    private void retryDeadTasks() throws Exception {
        DeadTasks dead = new DeadTasks(kafka, REGISTRY, QUEUE);
        List<RetryOrder> orders = dead.retry(dead.read(DeadTaskQuery.first(10)), "ann", THEN);
        Awaitility.await().atMost(PATIENCE).until(() -> dead.results(orders).size() == 1);
    }

    private void parkAndDiscard() throws Exception {
        try (SinkService sink = sink(new OrderSink(false)).start()) {
            List<ParkedTask> parked = Awaitility.await()
                    .atMost(PATIENCE)
                    .ignoreExceptions() // there is no topic yet
                    .until(
                            () -> ParkedTask.of(parkedEvents().read()),
                            tasks -> tasks.size() == 2 && sink.status().settled());
            ParkedTask discarded = parked.stream()
                    .filter(task -> task.task().sequenceId() == 5)
                    .findFirst()
                    .orElseThrow();
            parkedEvents().discard(discarded, "ann", "it was done by hand", false);
            new SinkRates(kafka, SINK).order(new RateOrder(Optional.of(new RateLimit(1_000, 500)), "ann", THEN));
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> ParkedTask.of(parkedEvents().read()).size() == 1
                            && new SinkRates(kafka, SINK).latest().isPresent());
        }
    }

    private void rerunTheFirstTask(Action afterwards) throws Exception {
        SinkReplays replays = new SinkReplays(kafka, SINK);
        ReplayOrder order = new ReplayOrder(
                new UUID(1, 2),
                replays.nextNumber(),
                ReplayMode.RERUN,
                Selection.parse(List.of("task=1/1")),
                "ann",
                THEN);
        replays.order(order);
        try (Admin admin = Admin.create(kafka)) {
            admin.alterConsumerGroupOffsets(
                            SINK,
                            Map.of(new TopicPartition(EVENTS, 0), new OffsetAndMetadata(0, order.offsetMetadata())))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
        OrderSink orders = new OrderSink(false);
        try (SinkService sink =
                sink(orders).drainTimeout(Duration.ofMillis(500)).start()) {
            Awaitility.await().atMost(PATIENCE).until(() -> replays.receipts().stream()
                    .anyMatch(ReplayReceipt::complete));
            afterwards.run();
            assertThat(orders.stuck.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(sink.failure()).isEmpty();
        }
    }

    ReplicationSource.Builder<String> source(TaskQueue<String> queue) {
        return ReplicationSource.builder(queue, PayloadCodec.utf8())
                .kafka(kafka)
                .topic(EVENTS)
                .registryTopic(REGISTRY)
                .sourcePeer("dispatcher-a")
                .ownerPeer("shop-1");
    }

    SinkService.Builder<String> sink(OrderSink orders) {
        return SinkService.builder(SINK, orders, PayloadCodec.utf8())
                .kafka(kafka)
                .topic(EVENTS)
                .fingerprint("orders")
                .stateDirectory(directory.resolve("state"))
                .breaker(BreakerPolicy.OFF)
                .retry(new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1), 0));
    }

    ParkedEvents parkedEvents() {
        return new ParkedEvents(kafka, SINK);
    }

    /** The clean-up policy with which the products create a topic. */
    static String cleanup(String topic) {
        return topic.equals(REGISTRY)
                        || topic.endsWith("-changelog")
                        || topic.equals(TopicNames.identity(SINK))
                        || topic.equals(TopicNames.instances(SINK))
                ? "compact"
                : "delete";
    }

    /** The record with which an instance removes its report when it is closed: as if it had been killed. */
    static boolean leftOut(ConsumerRecord<byte[], byte[]> record) {
        return record.topic().equals(TopicNames.instances(SINK)) && record.value() == null;
    }

    Map<String, Object> kafka() {
        return kafka;
    }

    /** Called while everything is as it is to be stored. */
    interface Callback {
        void call() throws Exception;
    }

    private interface Action {
        void run() throws Exception;
    }
}
