package io.taskqueue.console.topology;

import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** One test's event topic on the broker that all tests of the view share, and the views of it. */
final class ViewCluster implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());

    final String topic = "events-" + UUID.randomUUID();
    final String name = "console-" + UUID.randomUUID();
    final Admin admin;
    private final Map<String, Object> kafka;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Path directory;

    ViewCluster() throws IOException {
        this(SharedBroker.KAFKA.bootstrapServers(), Files.createTempDirectory("view-cluster"));
    }

    /** On another broker. */
    ViewCluster(String servers, Path directory) {
        this.kafka = Map.of("bootstrap.servers", servers);
        this.directory = directory;
        this.admin = Admin.create(kafka);
        this.producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
    }

    Map<String, Object> kafka() {
        return kafka;
    }

    void createTopic(int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get(30, TimeUnit.SECONDS);
        await().ignoreExceptions().until(() -> {
            for (int partition = 0; partition < partitions; partition++) {
                var unused = admin.listOffsets(Map.of(new TopicPartition(topic, partition), OffsetSpec.latest()))
                        .all()
                        .get(5, TimeUnit.SECONDS);
            }
            return true;
        });
    }

    void deleteTopic() throws Exception {
        admin.deleteTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
        await().until(() ->
                !admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(topic));
    }

    /** Deletes the records before an offset, as the topic's retention does. */
    void deleteRecords(int partition, long before) throws Exception {
        admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(before)))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    Path state(String instance) {
        return directory.resolve(instance);
    }

    ViewService.Builder view() {
        return view("one");
    }

    /** A process of its own, with its own state directory. */
    ViewService.Builder view(String instance) {
        return view(instance, Map.of());
    }

    /** The same, with further properties of Kafka. */
    ViewService.Builder view(String instance, Map<String, ?> properties) {
        Map<String, Object> all = new HashMap<>(kafka());
        all.putAll(properties);
        return ViewService.builder(all, state(instance))
                .name(name)
                .topic(topic)
                .topicCheckInterval(Duration.ofMillis(500));
    }

    @SafeVarargs
    final void send(int partition, ReplicationEvent<String>... events) throws Exception {
        for (ReplicationEvent<String> event : events) {
            send(partition, event);
        }
    }

    /** As a mirror does that copies in transactions. */
    void sendInTransaction(int partition, ReplicationEvent<String> event) throws Exception {
        Map<String, Object> properties = new HashMap<>(kafka());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "mirror-" + UUID.randomUUID());
        try (KafkaProducer<byte[], byte[]> mirror =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            mirror.initTransactions();
            mirror.beginTransaction();
            var unused = mirror.send(new ProducerRecord<>(topic, partition, null, CODEC.encode(event)));
            mirror.commitTransaction();
        }
    }

    private void send(int partition, ReplicationEvent<String> event) throws Exception {
        var unused = producer.send(record(partition, event)).get(30, TimeUnit.SECONDS);
    }

    /** The same, and returns when all of them are on the topic. */
    void sendAll(int partition, List<ReplicationEvent<String>> events) throws Exception {
        List<Future<?>> sent = new ArrayList<>();
        events.forEach(event -> sent.add(producer.send(record(partition, event))));
        for (Future<?> each : sent) {
            var unused = each.get(30, TimeUnit.SECONDS);
        }
    }

    private ProducerRecord<byte[], byte[]> record(int partition, ReplicationEvent<String> event) {
        Headers headers = new RecordHeaders();
        EventHeaders.write(event, new UUID(0, 1), headers);
        return new ProducerRecord<>(
                topic,
                partition,
                null,
                event.queueName().getBytes(StandardCharsets.UTF_8),
                CODEC.encode(event),
                headers);
    }

    /** The events of a partition, by their offsets. */
    Map<Long, ReplicationEvent<String>> events(int partition) {
        Map<Long, ReplicationEvent<String>> events = new TreeMap<>();
        try (TopicReader reader = TopicReader.open(kafka, IsolationLevel.READ_COMMITTED, PATIENCE)) {
            reader.readToEnd(
                    Map.of(new TopicPartition(topic, partition), 0L),
                    record -> events.put(record.offset(), CODEC.decode(record.value())));
        }
        return events;
    }

    /** Ends the membership of processes that were killed. The broker does the same after their session timeout; this saves the wait. */
    void endSessions() {
        await().ignoreExceptions().until(() -> {
            if (admin.describeConsumerGroups(List.of(name))
                    .all()
                    .get(30, TimeUnit.SECONDS)
                    .get(name)
                    .members()
                    .isEmpty()) {
                return true;
            }
            var unused = admin.removeMembersFromConsumerGroup(name, new RemoveMembersFromConsumerGroupOptions())
                    .all()
                    .get(30, TimeUnit.SECONDS);
            return false;
        });
    }

    void send(int partition, String key, byte[] value, Headers headers) throws Exception {
        var unused = producer.send(new ProducerRecord<>(
                        topic, partition, null, key.getBytes(StandardCharsets.UTF_8), value, headers))
                .get(30, TimeUnit.SECONDS);
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50));
    }

    /** Waits until the view contains what is in the topic. */
    static void awaitCurrent(ViewService view) {
        await().until(
                        view::progress,
                        progress -> progress.state() == ViewProgress.State.CURRENT && progress.behind() == 0);
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @Override
    public void close() throws IOException {
        producer.close();
        admin.close();
        delete(directory);
    }

    private static final class SharedBroker {

        static final EmbeddedKafka KAFKA = start();

        private static EmbeddedKafka start() {
            try {
                Path directory = Files.createTempDirectory("view-broker");
                EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    kafka.close();
                    try {
                        delete(directory);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
                return kafka;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
