package io.taskqueue.source;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.CompressionSupport;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The Kafka properties of a source. Those that its guarantees depend on are set here and cannot be overridden. */
final class KafkaSettings {

    /** Batches of 128 KB carry three to four times the events of Kafka's default of 16 KB. */
    private static final int BATCH_BYTES = 128 * 1024;

    private static final long DEFAULT_DELIVERY_TIMEOUT_MILLIS = 120_000;
    private static final long DEFAULT_REQUEST_BYTES = 1024 * 1024;
    private static final long DEFAULT_MEMORY_BYTES = 32 * 1024 * 1024;

    private final Map<String, ?> all;
    private final ClientProperties properties;

    KafkaSettings(Map<String, ?> all) {
        this.all = all;
        this.properties = new ClientProperties(all);
        String acks = String.valueOf(properties.of(Client.PRODUCER).getOrDefault(ProducerConfig.ACKS_CONFIG, "all"));
        if (!acks.equals("all") && !acks.equals("-1")) {
            throw new IllegalArgumentException(
                    "acks is " + acks + ", but a source guarantees that an acknowledged event"
                            + " survives the loss of a broker, which requires acks=all. Leave acks out.");
        }
        properties.bootstrapServers(Client.PRODUCER);
    }

    /** What the user gave, for all clients. */
    Map<String, ?> all() {
        return all;
    }

    String bootstrapServers() {
        return properties.bootstrapServers(Client.PRODUCER);
    }

    /** How long one request to the cluster may take at start. */
    Duration apiTimeout() {
        return properties.apiTimeout();
    }

    /**
     * The producer's properties.
     *
     * @param maxRecordBytes the size of the largest record that the topic accepts; a larger batch would be returned to be split
     */
    Map<String, Object> producer(int maxRecordBytes) {
        Map<String, Object> producer = properties.of(Client.PRODUCER);
        producer.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, Math.min(BATCH_BYTES, maxRecordBytes));
        // under load batches fill while five requests are in flight; lingering would only delay an event that comes
        // alone
        producer.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 0);
        if (!producer.containsKey(ProducerConfig.COMPRESSION_TYPE_CONFIG)) {
            producer.putAll(CompressionSupport.best());
        }
        producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        producer.put(ProducerConfig.ACKS_CONFIG, "all");
        producer.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        // A batch that the producer gives up is a gap, and the next batch may be written before it can be closed. So
        // the producer never gives up; the publisher limits how long it waits, and replaces the whole producer.
        producer.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        producer.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        producer.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        return producer;
    }

    /** How long the oldest event may wait for its acknowledgement before the producer is replaced. */
    Duration ackTimeout() {
        return Duration.ofMillis(properties.number(
                Client.PRODUCER, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DEFAULT_DELIVERY_TIMEOUT_MILLIS));
    }

    /** How many bytes the producer can hold. */
    long memoryBytes() {
        return properties.number(Client.PRODUCER, ProducerConfig.BUFFER_MEMORY_CONFIG, DEFAULT_MEMORY_BYTES);
    }

    /** The size of the largest request that the producer sends. */
    int maxRequestBytes() {
        return (int) properties.number(Client.PRODUCER, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, DEFAULT_REQUEST_BYTES);
    }
}
