package io.taskqueue.benchmarks.peers.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A topic of tasks, as consumers without a queue of their own have it: a record is a task. */
public final class TaskTopic implements AutoCloseable {

    /** As many as three threads of consumers each have several. */
    public static final int PARTITIONS = 12;

    /** The settings of the source's producer. */
    private static final Map<String, Object> BATCHING =
            Map.of(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024, ProducerConfig.LINGER_MS_CONFIG, 0);

    private final String name;
    private final KafkaProducer<byte[], byte[]> producer;

    public TaskTopic(KafkaServer server, String name) throws Exception {
        this.name = name;
        server.requireTopic(name, PARTITIONS);
        this.producer = server.cluster().producer(BATCHING);
    }

    public void send(String payload, Consumer<@Nullable Throwable> confirmed) {
        var unused = producer.send(
                new ProducerRecord<>(name, payload.getBytes(StandardCharsets.UTF_8)),
                (metadata, error) -> confirmed.accept(error));
    }

    @Override
    public void close() {
        producer.close();
    }
}
