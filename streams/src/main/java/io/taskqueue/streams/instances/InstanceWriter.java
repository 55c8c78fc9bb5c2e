package io.taskqueue.streams.instances;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.settings.SinkSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the reports of an instance to its topic, with a producer of its own: small, with time limits, and without retries, because the
 * next report replaces one that was lost. For one thread.
 */
final class InstanceWriter implements InstancePublisher.Writer {

    /** How long a report may take, after which it is lost. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final long BUFFER_BYTES = 256 * 1024;

    private final SinkSettings<?> settings;
    private final String topic;
    private final KafkaRequests requests = new KafkaRequests(TIMEOUT.multipliedBy(2));
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    InstanceWriter(SinkSettings<?> settings) {
        this.settings = settings;
        this.topic = TopicNames.instances(settings.name());
    }

    @Override
    public void write(String instance, byte @Nullable [] value) throws InterruptedException {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open == null) {
            open = new KafkaProducer<>(properties(), new ByteArraySerializer(), new ByteArraySerializer());
            producer = open;
        }
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                topic, 0, settings.instruments().clock().millis(), instance.getBytes(StandardCharsets.UTF_8), value);
        RecordMetadata unused = requests.await(open.send(record), "write to topic " + topic);
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = new ClientProperties(settings.kafka()).of(Client.PRODUCER);
        properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        properties.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, topic);
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
        properties.put(ProducerConfig.ACKS_CONFIG, "1");
        properties.put(ProducerConfig.RETRIES_CONFIG, 0);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 16 * 1024);
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT.toMillis());
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
        return properties;
    }

    @Override
    public void close() {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open != null) {
            open.close(Duration.ZERO);
        }
    }
}
