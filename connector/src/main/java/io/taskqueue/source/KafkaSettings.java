package io.taskqueue.source;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What the user says about Kafka, a client at a time: a property with a prefix goes to that client, one without to all; what
 * the source's promises rest on is set here and cannot be changed.
 */
final class KafkaSettings {

    /** Batches of 128 KB carry three to four times the events of Kafka's default of 16 KB. */
    private static final int BATCH_BYTES = 128 * 1024;

    private final ClientProperties properties;

    KafkaSettings(Map<String, ?> properties) {
        this.properties = new ClientProperties(properties);
        String acks =
                String.valueOf(this.properties.of(Client.PRODUCER).getOrDefault(ProducerConfig.ACKS_CONFIG, "all"));
        if (!acks.equals("all") && !acks.equals("-1")) {
            throw new IllegalArgumentException("acks is " + acks + ", but a source promises that an acknowledged event"
                    + " survives the loss of a broker, which needs acks=all. Leave acks out.");
        }
        if (!this.properties.of(Client.PRODUCER).containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
            throw new IllegalArgumentException(
                    "bootstrap.servers is missing, so the source does not know where Kafka is."
                            + " Give kafka(Map.of(\"bootstrap.servers\", \"host:9092\")).");
        }
    }

    String bootstrapServers() {
        return String.valueOf(properties.of(Client.PRODUCER).get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
    }

    Map<String, Object> admin() {
        return properties.of(Client.ADMIN);
    }

    Map<String, Object> consumer() {
        Map<String, Object> consumer = properties.of(Client.CONSUMER);
        consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
        consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
        consumer.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        consumer.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        consumer.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        // it only reads up to an end that is there; a fetch that waits for more would hold up the next one
        consumer.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
        consumer.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return consumer;
    }

    /**
     * The producer's settings.
     *
     * @param maxRecordBytes how large a record the topic takes; a batch is no larger, or it would come back to be split
     */
    Map<String, Object> producer(int maxRecordBytes) {
        Map<String, Object> producer = properties.of(Client.PRODUCER);
        producer.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, Math.min(BATCH_BYTES, maxRecordBytes));
        // under load batches fill while five requests are on their way; waiting would only delay a lone event
        producer.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 0);
        producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        producer.put(ProducerConfig.ACKS_CONFIG, "all");
        producer.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        // A batch that the producer gives up is a hole, and the next batch may be written before anyone can stop it. So
        // the producer never gives up; the publisher watches how long it waits, and replaces it as a whole.
        producer.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        producer.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        producer.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        return producer;
    }

    /** How long the oldest event may wait for its acknowledgement before the producer is replaced, in milliseconds. */
    long patienceMillis() {
        return number(properties.of(Client.PRODUCER), ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 120_000);
    }

    /** The largest request that the producer makes. */
    int maxRequestBytes() {
        return (int) number(properties.of(Client.PRODUCER), ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 1024 * 1024);
    }

    /** How long a call to the cluster may take at start, in milliseconds. */
    long apiTimeoutMillis() {
        return number(admin(), CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 60_000);
    }

    private static long number(Map<String, Object> settings, String name, long otherwise) {
        String value = String.valueOf(settings.getOrDefault(name, otherwise)).strip();
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " is '" + value + "'. Give a whole number.", e);
        }
    }
}
