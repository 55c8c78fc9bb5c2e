package io.taskqueue.console.sinks;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.Awaitility;

/** A broker with queues and sinks, for tests of the index of sinks. */
final class FollowedCluster {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Whether what failed before succeeds now. */
    volatile boolean repaired;

    private final Path directory;
    private final EmbeddedKafka broker;
    private final Map<String, Object> client;
    private final List<AutoCloseable> started = new CopyOnWriteArrayList<>();
    private final AtomicInteger states = new AtomicInteger();

    FollowedCluster(Path directory) throws Exception {
        this(directory, Map.of(), Map.of());
    }

    /**
     * With other settings of the broker.
     *
     * @param client further properties of the clients of queues, sinks and this class
     */
    FollowedCluster(Path directory, Map<String, String> settings, Map<String, Object> client) throws Exception {
        this.directory = directory;
        this.client = client;
        this.broker = EmbeddedKafka.start(directory.resolve("broker"), 0, settings);
    }

    Map<String, Object> kafka() {
        return kafka(client);
    }

    /** The properties of a client with these further ones. */
    Map<String, Object> kafka(Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(more);
        properties.put("bootstrap.servers", broker.bootstrapServers());
        return properties;
    }

    /** A queue whose events are on the topic; the replicated events of its tasks stay there when it is closed. */
    record Dispatcher(TaskQueue<String> queue, ReplicationSource<String> source) implements AutoCloseable {

        /** Enqueues tasks and returns when they are on the topic. */
        void enqueue(String... payloads) throws Exception {
            for (String payload : payloads) {
                queue.enqueue(payload);
            }
            source.replicated().get(30, TimeUnit.SECONDS);
        }

        void completeOne() throws Exception {
            Lease<String> lease = queue.lease();
            lease.complete();
            source.replicated().get(30, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            source.close();
            queue.close();
        }
    }

    Dispatcher dispatcher(String name) throws Exception {
        TaskQueue<String> queue = TaskQueue.<String>builder(name).build();
        ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.json(String.class))
                .kafka(kafka())
                .partitions(2)
                .replicationFactor(1)
                .sourcePeer("dispatcher-of-" + name)
                .start();
        Dispatcher dispatcher = new Dispatcher(queue, source);
        started.add(dispatcher);
        return dispatcher;
    }

    /** A sink of one queue. */
    SinkService sink(String name, String queue, ReplicationSink<String> sink) {
        return sink(name, queue, sink, builder -> {});
    }

    /** The same with other settings. */
    SinkService sink(
            String name, String queue, ReplicationSink<String> sink, Consumer<SinkService.Builder<String>> more) {
        Map<String, Object> properties = kafka();
        properties.put("consumer.fetch.max.wait.ms", 50);
        SinkService.Builder<String> builder = SinkService.builder(name, sink, PayloadCodec.json(String.class))
                .kafka(properties)
                .fingerprint("test")
                .queues(queue)
                .stateDirectory(directory.resolve("state-" + states.incrementAndGet()))
                .commitInterval(Duration.ofMillis(100))
                .retry(new RetryPolicy(2, Duration.ofMillis(10), Duration.ofMillis(20), 0));
        more.accept(builder);
        SinkService service = builder.start();
        started.add(service);
        return service;
    }

    /** A sink with one effect for each event of a kind Enqueued; payloads decide how it ends. */
    ReplicationSink<String> billing() {
        return (event, effects) -> {
            if (isEnqueued(event)) {
                String payload = event.payload();
                var unused = effects.capture("charge", String.class, key -> {
                    if (payload.startsWith("refuse")) {
                        throw new PermanentEffectException("card refused");
                    }
                    if (payload.startsWith("fail") && !repaired) {
                        throw new IllegalStateException("gateway is down");
                    }
                    return "receipt of " + payload;
                });
            }
        };
    }

    private static boolean isEnqueued(ReplicationEvent<String> event) {
        return event.kind().wireName().equals("Enqueued");
    }

    /** The partition of a queue. */
    static int partition(String queue) {
        return Utils.toPositive(Utils.murmur2(queue.getBytes(StandardCharsets.UTF_8))) % 2;
    }

    /** Commits the start of the event topic for a group whose members are leaving. */
    void rewind(String group) {
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            commitAs(group);
            return true;
        });
    }

    /** Commits the start of the event topic for a group without members. */
    void commitAs(String group) throws Exception {
        try (Admin admin = admin()) {
            admin.alterConsumerGroupOffsets(
                            group,
                            Map.of(
                                    new TopicPartition(TopicNames.EVENTS, 0), new OffsetAndMetadata(0),
                                    new TopicPartition(TopicNames.EVENTS, 1), new OffsetAndMetadata(0)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    void deleteTopic(String name) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(name)).all().get(30, TimeUnit.SECONDS);
        }
    }

    void createTopic(String name) throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
        }
    }

    /** Writes records to the partition of a topic that has one. */
    void write(String topic, byte[]... values) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (byte[] value : values) {
                var unused = producer.send(new ProducerRecord<>(topic, value)).get(30, TimeUnit.SECONDS);
            }
        }
    }

    Admin admin() {
        return Admin.create(kafka());
    }

    void stop() throws Exception {
        for (AutoCloseable each : started) {
            each.close();
        }
        broker.close();
    }
}
