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
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.test.TestRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/**
 * A sink named {@code driven} without a broker: the real topology, its commits after each record and tick, and one queue
 * {@code orders} whose epoch is 1.
 */
final class SinkDriver implements AutoCloseable {

    /** Where no broker is, as none is asked. */
    static final String SERVER = "127.0.0.1:1";

    static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    static final String QUEUE = "orders";
    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final UUID ONE = new UUID(0, 1);

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final SinkParts<String> parts;
    private final TopologyTestDriver driver;
    private final TestInputTopic<byte[], byte[]> topic;
    private final TestInputTopic<byte[], byte[]> control;
    private EventTopicDescription facts = new EventTopicDescription(new Uuid(7, 8), 1, 1_048_588, Map.of(0, 0L));
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
        SinkSettings<String> settings = new SinkSettings<>(changed.apply(SinkService.builder("driven", sink, payloads)
                .kafka(Map.of("bootstrap.servers", SERVER))
                .stateDirectory(directory)
                .breaker(BreakerPolicy.OFF)
                .retry(new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1), 0))));
        SinkMeters meters = new SinkMeters(registry, settings.name);
        WorkerThreads threads = new WorkerThreads(settings.name, settings.concurrency, null);
        CircuitBreaker breaker = new CircuitBreaker(settings.name, settings.breaker, settings.clock, threads::executeAfter);
        parts = new SinkParts<>(
                settings,
                new SinkParts.StreamThread(),
                new SinkParts.Workers(threads, breaker),
                new SinkParts.Watched(new SinkProgress(meters, settings.clock), new Observers(settings.name)),
                new SinkParts.Cluster<>(() -> facts, new MovedOffsets(), new DecodeAhead<>(settings)));
        Properties properties = new Properties();
        properties.putAll(StreamsProperties.of(settings, facts.maxMessageBytes()));
        driver = new TopologyTestDriver(SinkTopology.build(parts), properties);
        topic = driver.createInputTopic(settings.topic, new ByteArraySerializer(), new ByteArraySerializer());
        control = driver.createInputTopic(settings.controlTopic, new ByteArraySerializer(), new ByteArraySerializer());
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
                action, task(task), first.key().offset(), first.pass().round(), "ann", "it was done by hand", false);
    }

    /** What the cluster says from now on. */
    void facts(Uuid topicId, long logStart) {
        facts = new EventTopicDescription(topicId, 1, facts.maxMessageBytes(), Map.of(0, logStart));
    }

    void tick() {
        driver.advanceWallClockTime(SinkProcessor.TICK);
    }

    /** Ticks until something is so. */
    void until(ThrowingRunnable so) {
        Awaitility.await()
                .atMost(SinkWorld.PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .untilAsserted(() -> {
                    tick();
                    so.run();
                });
    }

    /** Ticks until nothing is in flight. */
    void settle() {
        until(() -> {
            assertThat(registry.get(SinkMeters.INFLIGHT).gauge().value()).isZero();
            assertThat(all(InFlightStore.NAME)).isEmpty();
        });
    }

    List<ParkedEntry> parked() {
        return all(ParkedStore.NAME).stream()
                .map(entry -> ParkedFormat.entry(entry.key.get(), entry.value))
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
        return all(ResultsStore.NAME).stream()
                .map(entry -> ResultFormat.key("driven", entry.key).toString())
                .toList();
    }

    SinkStatus status() {
        return parts.watched().progress().status("driven", SinkState.RUNNING, Optional.empty(), Optional.empty());
    }

    QueueStatus queue() {
        return status().queues().get(0);
    }

    static String key(long sequence, String effect) {
        return "driven/0/" + QUEUE + "/1/" + sequence + "/" + effect;
    }

    /** As when the partition is another instance's already: nothing comes to rest before. */
    void lose() {
        lost = true;
        driver.close();
    }

    @Override
    public void close() {
        parts.workers().threads().close();
        if (!lost) {
            driver.close();
        }
    }

    private List<KeyValue<Bytes, byte[]>> all(String store) {
        List<KeyValue<Bytes, byte[]>> all = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries =
                driver.<Bytes, byte[]>getKeyValueStore(store).all()) {
            entries.forEachRemaining(all::add);
        }
        return all;
    }

    private void send(ReplicationEvent<String> event) {
        Headers headers = new RecordHeaders();
        EventHeaders.write(event, ONE, headers);
        topic.pipeInput(new TestRecord<>(QUEUE.getBytes(StandardCharsets.UTF_8), CODEC.encode(event), headers, THEN));
    }
}
