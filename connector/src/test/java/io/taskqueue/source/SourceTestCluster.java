package io.taskqueue.source;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** A broker for the tests of a source, and what they do with it. */
public final class SourceTestCluster implements AutoCloseable {

    /** Records as large as their payloads: compressed, a limit of the topic would not refuse them. */
    static final Map<String, Object> NOT_COMPRESSED = Map.of("producer.compression.type", "none");

    static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());

    private final EmbeddedKafka broker;

    private SourceTestCluster(EmbeddedKafka broker) {
        this.broker = broker;
    }

    public static SourceTestCluster start(Path directory) throws IOException {
        return new SourceTestCluster(EmbeddedKafka.start(directory, 0));
    }

    public static SourceTestCluster start(Path directory, int port) throws IOException {
        return new SourceTestCluster(EmbeddedKafka.start(directory, port));
    }

    public Map<String, Object> settings() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    int port() {
        return broker.port();
    }

    ReplicationSource.Builder<String> source(TaskQueue<String> queue) {
        return ReplicationSource.builder(queue, PayloadCodec.utf8())
                .kafka(settings())
                .sourcePeer("peer-a")
                .closeTimeout(Duration.ofSeconds(20));
    }

    /** A group whose events go to a topic of three partitions. */
    public SourceGroup.Builder group(String topic) {
        return SourceGroup.builder()
                .kafka(settings())
                .topic(topic)
                .partitions(3)
                .sourcePeer("peer-a")
                .closeTimeout(Duration.ofSeconds(20));
    }

    /** Queues that are named {@code name-0}, {@code name-1} and so on. */
    public static List<TaskQueue<String>> queues(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(queue -> TaskQueue.<String>builder(name + "-" + queue).build())
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** The sources of queues, to be started in a group. */
    public static List<ReplicationSource.Builder<String>> sourcesOf(List<TaskQueue<String>> queues) {
        return queues.stream()
                .map(queue -> ReplicationSource.builder(queue, PayloadCodec.utf8()))
                .toList();
    }

    public void createTopic(String name, int partitions, Map<String, String> configs) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    /** Deletes a topic, and returns when it can be created again. */
    public void deleteTopic(String name) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            admin.deleteTopics(List.of(name)).all().get(20, TimeUnit.SECONDS);
            Awaitility.await().until(() -> !admin.listTopics()
                    .names()
                    .get(20, TimeUnit.SECONDS)
                    .contains(name));
        }
    }

    public void createTopicIfMissing(String name, int partitions) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            if (!admin.listTopics().names().get(20, TimeUnit.SECONDS).contains(name)) {
                createTopic(name, partitions, Map.of());
            }
        }
    }

    void setMaxMessageBytes(String topic, int bytes) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            var entry = new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(bytes));
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    public void send(ProducerRecord<byte[], byte[]> record) throws Exception {
        try (var producer = new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(record).get(20, TimeUnit.SECONDS);
        }
    }

    /** Every record of a topic, partition by partition. */
    List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        try (var consumer = new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            consumer.endOffsets(partitions).forEach((partition, end) -> {
                while (consumer.position(partition) < end) {
                    consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                }
            });
            return records;
        }
    }

    /** The events of a queue, in the order of the topic. */
    List<ReplicationEvent<String>> events(String topic, String queue) {
        return read(topic).stream()
                .map(record -> CODEC.decode(Objects.requireNonNull(record.value())))
                .filter(event -> event.queueName().equals(queue))
                .toList();
    }

    @Override
    public void close() {
        broker.close();
    }
}
