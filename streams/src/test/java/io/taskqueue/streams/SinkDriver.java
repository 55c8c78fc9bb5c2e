package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.clients.EventTopicDescription;
import io.taskqueue.streams.parking.ParkedCommand;
import io.taskqueue.streams.parking.ParkedEntry;
import io.taskqueue.streams.parking.ParkedFormat;
import io.taskqueue.streams.partition.PartitionWork;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.streams.status.QueueStatus;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkState;
import io.taskqueue.streams.status.SinkStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/**
 * A sink named {@code driven} without a broker: the real topology, its commits after each record and tick, and one queue
 * {@code orders} whose epoch is 1.
 */
final class SinkDriver implements AutoCloseable {

    /** An address without a broker, because nothing connects. */
    static final String SERVER = "127.0.0.1:1";

    static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    static final String QUEUE = "orders";
    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final UUID ONE = new UUID(0, 1);

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final SinkTopology sink;
    private final TopologyTestDriver driver;
    private final TestInputTopic<byte[], byte[]> topic;
    private final TestInputTopic<byte[], byte[]> control;
    private EventTopicDescription description =
            new EventTopicDescription(new Uuid(7, 8), 1, 1_048_588, Map.of(0, 0L), Map.of());
    private long sequence;
    private boolean lost;

    SinkDriver(Path directory, ReplicationSink<String> sink) {
        this(directory, sink, builder -> builder);
    }

    SinkDriver(Path directory, ReplicationSink<String> sink, UnaryOperator<SinkService.Builder<String>> changed) {
        this(directory, sink, PayloadCodec.utf8(), changed);
    }

    SinkDriver(
            Path directory,
            ReplicationSink<String> sink,
            PayloadCodec<String> payloads,
            UnaryOperator<SinkService.Builder<String>> changed) {
        SinkSettings<String> settings = changed.apply(SinkService.builder("driven", sink, payloads)
                        .kafka(Map.of("bootstrap.servers", SERVER))
                        .stateDirectory(directory)
                        .metrics(registry)
                        .breaker(BreakerPolicy.OFF)
                        .retry(new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1), 0)))
                .settings();
        this.sink = new SinkTopology(settings, SinkTopology.newProgress(settings), () -> description);
        Properties properties = new Properties();
        properties.putAll(this.sink.properties());
        driver = new TopologyTestDriver(this.sink.topology(), properties);
        topic = driver.createInputTopic(
                settings.topics().events(), new ByteArraySerializer(), new ByteArraySerializer());
        control = driver.createInputTopic(
                TopicNames.control(settings.name()), new ByteArraySerializer(), new ByteArraySerializer());
        send(ReplicationEvent.sourceStarted(QUEUE, new SourceMetadata(new Position(1, 0), "test", null, THEN), ONE));
    }

    /** The next event of a task; its sequence is its offset. */
    void event(int task) {
        sequence++;
        Task<String> about = new Task<>(task(task), 1, THEN, "payload " + sequence);
        send(ReplicationEvent.of(
                QUEUE,
                new SourceMetadata(new Position(1, sequence), "test", null, THEN),
                TaskEvent.builder(EventKind.ENQUEUED, sequence, THEN, about).build()));
    }

    /** An event at a position of a queue, which may have been sent before. */
    void event(String queue, long position) {
        Task<String> about = new Task<>(new TaskId(queue, 1, position), 1, THEN, "payload " + position);
        send(ReplicationEvent.of(
                queue,
                new SourceMetadata(new Position(1, position), "test", null, THEN),
                TaskEvent.builder(EventKind.ENQUEUED, position, THEN, about).build()));
    }

    static TaskId task(int task) {
        return new TaskId(QUEUE, 1, task);
    }

    void command(ParkedCommand command) {
        command(new String(command.json(), StandardCharsets.UTF_8));
    }

    void command(String json) {
        control.pipeInput(QUEUE.getBytes(StandardCharsets.UTF_8), json.getBytes(StandardCharsets.UTF_8));
    }

    /** A command about the task as it is parked now. */
    ParkedCommand seen(ParkedCommand.Action action, int task) {
        ParkedEntry first = parked(task).get(0);
        return new ParkedCommand(
                action,
                task(task),
                first.key().offset(),
                first.delivery().round(),
                "ann",
                "it was done by hand",
                false);
    }

    /** Sets what the cluster reports from now on. */
    void describe(Uuid topicId, long logStart) {
        description =
                new EventTopicDescription(topicId, 1, description.maxMessageBytes(), Map.of(0, logStart), Map.of());
    }

    void tick() {
        driver.advanceWallClockTime(PartitionWork.TICK);
    }

    /** Ticks until an assertion passes. */
    void until(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .untilAsserted(() -> {
                    tick();
                    assertion.run();
                });
    }

    /** Ticks until nothing is in flight. */
    void settle() {
        until(() -> {
            assertThat(registry.get(SinkMeters.INFLIGHT).gauge().value()).isZero();
            assertThat(all(StateKind.IN_FLIGHT)).isEmpty();
        });
    }

    List<ParkedEntry> parked() {
        return all(StateKind.PARKED).stream()
                .map(entry -> ParkedFormat.entry(entry.key().get(), entry.value()))
                .toList();
    }

    List<ParkedEntry> parked(int task) {
        return parked().stream()
                .filter(entry -> entry.key().task().equals(task(task)) && !entry.discarded())
                .toList();
    }

    /** The offsets of a task's parked events. */
    List<Long> parkedOffsets(int task) {
        return parked(task).stream().map(entry -> entry.key().offset()).toList();
    }

    /** The keys that have a result or an intent. */
    List<String> recorded() {
        return entries(store(StoreNames.RESULTS)).stream()
                .map(entry -> ResultFormat.key("driven", entry.key()).toString())
                .toList();
    }

    /** The queues that have a checkpoint. */
    List<String> checkpoints() {
        return all(StateKind.CHECKPOINT).stream()
                .map(entry -> new String(entry.key().get(), StandardCharsets.UTF_8))
                .toList();
    }

    SinkStatus status() {
        return sink.progress().status(SinkState.RUNNING, SinkHealth.GOOD);
    }

    QueueStatus queue() {
        return status().queues().get(0);
    }

    static String key(long sequence, String effect) {
        return "driven/0/" + QUEUE + "/1/" + sequence + "/" + effect;
    }

    /** Closes as after the loss of the partition to another instance: without waiting for running work. */
    void lose() {
        lost = true;
        driver.close();
    }

    @Override
    public void close() {
        sink.close();
        if (!lost) {
            driver.close();
        }
    }

    private List<KeyValues.Entry> all(StateKind kind) {
        return entries(kind.in(store(StoreNames.STATE)));
    }

    private KeyValues store(String name) {
        return new StreamsKeyValues(driver.getKeyValueStore(name));
    }

    private static List<KeyValues.Entry> entries(KeyValues store) {
        List<KeyValues.Entry> all = new ArrayList<>();
        try (KeyValues.Entries entries = store.all()) {
            entries.forEachRemaining(all::add);
        }
        return all;
    }

    private void send(ReplicationEvent<String> event) {
        Headers headers = new RecordHeaders();
        EventHeaders.write(event, ONE, headers);
        topic.pipeInput(new TestRecord<>(
                event.queueName().getBytes(StandardCharsets.UTF_8), CODEC.encode(event), headers, THEN));
    }
}
