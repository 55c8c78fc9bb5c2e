package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.taskqueue.console.fold.EventTopicState;
import io.taskqueue.console.fold.FoldBounds;
import io.taskqueue.console.fold.PartitionFold;
import io.taskqueue.console.fold.QueueActivities;
import io.taskqueue.console.fold.QueueDirectory;
import io.taskqueue.console.fold.ViewEvents;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.streams.CommitHook;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The topology with its store, without a broker. */
class ViewTopologyTest {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final Clock CLOCK = Clock.fixed(ViewEvents.BEGIN.plusSeconds(50), ZoneOffset.UTC);

    private final AssignedFolds assigned = new AssignedFolds();
    private final Followers followers = new Followers();
    private final CommitHook commits = new CommitHook();
    private final QueueDirectory directory = new QueueDirectory();
    private final ViewEvents orders = new ViewEvents("orders", 1);
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> events;

    @BeforeEach
    void open(@TempDir Path state) {
        ViewSettings settings = new ViewSettings(
                "console",
                "events",
                Map.of("bootstrap.servers", "unused:1"),
                state,
                new ViewSettings.Limits(
                        FoldBounds.DEFAULT, 1_000, 8L * 1024 * 1024, Duration.ofSeconds(1), Duration.ofSeconds(1)),
                new ViewSettings.Instruments(CLOCK, Ticker.system()));
        Properties properties = new Properties();
        properties.putAll(ViewProperties.of(settings));
        EventTopicState topic = new EventTopicState("id", 1, Map.of());
        QueueActivities activities = new QueueActivities(1_000);
        driver = new TopologyTestDriver(
                ViewTopology.of(
                        "events",
                        commits,
                        () -> new ViewProcessor(
                                (partition, store) -> new PartitionFold(
                                        partition, store, topic, FoldBounds.DEFAULT, activities, CLOCK),
                                assigned,
                                followers,
                                commits)),
                properties);
        events = driver.createInputTopic("events", new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void close() {
        if (!assigned.all().isEmpty()) { // otherwise the test has closed it
            driver.close();
        }
    }

    @Test
    void eventsAreFoldedIntoTheStore() {
        send(orders.started(1), orders.enqueued(1), orders.enqueued(2), orders.leased(1, 1), orders.completed(1, 1));
        send(new ViewEvents("mail/räte", 3).enqueued(9));

        PartitionFold fold = refreshed();
        assertThat(directory.queues()).extracting(QueueView::name).containsExactly("mail/räte", "orders");
        assertThat(fold.tasks(new TaskQuery("orders", null, null, 10, null)).items())
                .extracting(TaskView::taskId, TaskView::phase)
                .containsExactly(tuple("orders/1/1", "completed"), tuple("orders/1/2", "pending"));
        assertThat(fold.find(orders.id(1)).get(0).events().kept()).containsExactly(1L, 3L, 4L);
        assertThat(fold.next()).isEqualTo(6);
    }

    @Test
    void recordsThatAreNoEventsAreSkippedAndCounted() {
        send(orders.enqueued(1));
        events.pipeInput((byte[]) null, (byte[]) null);
        events.pipeInput(null, "{}".getBytes(StandardCharsets.UTF_8));
        events.pipeInput("orders".getBytes(StandardCharsets.UTF_8), new byte[] {-1});
        send(orders.enqueued(2));

        PartitionFold fold = refreshed();
        assertThat(fold.undecodable()).isEqualTo(3);
        assertThat(fold.next()).isEqualTo(5);
        assertThat(directory.queue("orders").orElseThrow().totals().enqueued()).isEqualTo(2);
    }

    @Test
    void aRecordWithoutATimeIsAnEventLikeOthers() {
        assertThat(ViewTopology.TOLERANT.extract(new ConsumerRecord<>("events", 0, 0, "", ""), 0))
                .isEqualTo(1);
    }

    @Test
    void followersGetEachEventOnceAndWithoutItsPayload() throws Exception {
        List<EventView> followed = new ArrayList<>();
        AutoCloseable following = followers.add(followed::add);
        ReplicationEvent<String> leased = new ViewEvents("orders", 1).skip(1).leased(1, 1);
        send(orders.enqueued(1), leased, leased);
        following.close();
        send(orders.skip(1).enqueued(2));

        assertThat(followed)
                .containsExactly(
                        new EventView(
                                "orders",
                                "orders/1/1",
                                "Enqueued",
                                1,
                                1,
                                0,
                                0,
                                ViewEvents.BEGIN.plusSeconds(1),
                                1,
                                null,
                                null,
                                null,
                                null,
                                null),
                        new EventView(
                                "orders",
                                "orders/1/1",
                                "LeaseGranted",
                                1,
                                2,
                                0,
                                1,
                                ViewEvents.BEGIN.plusSeconds(1),
                                1,
                                "00000000-0000-0001-0000-000000000001 (worker-7)",
                                ViewEvents.BEGIN.plusSeconds(1).plus(ViewEvents.LEASE),
                                null,
                                null,
                                null));
    }

    @Test
    void aFollowerThatFailsGetsNoFurtherEventsAndDisturbsNoOther() {
        List<EventView> followed = new ArrayList<>();
        List<EventView> failing = new ArrayList<>();
        followers.add(event -> {
            failing.add(event);
            throw new IllegalStateException("broken");
        });
        followers.add(followed::add);

        send(orders.enqueued(1), orders.enqueued(2));

        assertThat(failing).hasSize(1);
        assertThat(followed).hasSize(2);
    }

    @Test
    void aReleasedPartitionIsNotReadAnyMore() {
        send(orders.enqueued(1));
        PartitionFold fold = refreshed();

        driver.close();

        assertThat(assigned.all()).isEmpty();
        assertThat(fold.tasks(new TaskQuery("orders", null, null, 10, null)).items())
                .isEmpty();
    }

    @Test
    void listsAreRightWhileEventsAreFoldedAndCommitted() throws Exception {
        send(orders.started(1));
        PartitionFold fold = refreshed();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        List<Future<Integer>> reading = new ArrayList<>();
        for (String phase : List.of("pending", "completed")) {
            reading.add(readers.submit(() -> {
                int read = 0;
                for (; !done.get() || read == 0; read++) {
                    List<TaskView> listed = fold.tasks(new TaskQuery("orders", phase, null, 100, null))
                            .items();
                    assertThat(listed).extracting(TaskView::phase).allMatch(phase::equals);
                    assertThat(listed).extracting(TaskView::taskId).doesNotHaveDuplicates();
                }
                return read;
            }));
        }
        try {
            for (long task = 1; task <= 400; task++) {
                send(orders.enqueued(task));
                if (task > 20) {
                    send(orders.leased(task - 20, 1), orders.completed(task - 20, 1));
                }
            }
        } finally {
            done.set(true);
            readers.shutdown();
        }
        for (Future<Integer> each : reading) {
            assertThat(each.get(60, TimeUnit.SECONDS)).isPositive();
        }
        assertThat(fold.tasks(new TaskQuery("orders", "pending", null, 100, null))
                        .items())
                .hasSize(20);
    }

    @SafeVarargs
    private void send(ReplicationEvent<String>... all) {
        for (ReplicationEvent<String> event : all) {
            events.pipeInput(event.queueName().getBytes(StandardCharsets.UTF_8), CODEC.encode(event));
        }
    }

    private PartitionFold refreshed() {
        PartitionFold fold = assigned.of(0).orElseThrow();
        fold.refresh(directory, Instant.MIN, false);
        directory.publish();
        return fold;
    }
}
