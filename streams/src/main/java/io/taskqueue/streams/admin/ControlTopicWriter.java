package io.taskqueue.streams.admin;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes commands to a sink's control topic. */
final class ControlTopicWriter {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private ControlTopicWriter() {}

    /**
     * Writes records, and returns when all of them are acknowledged.
     *
     * @throws org.apache.kafka.common.KafkaException if one is not
     */
    static void write(Map<String, ?> kafka, List<ProducerRecord<byte[], byte[]>> records) throws InterruptedException {
        Map<String, Object> properties = new ClientProperties(kafka).of(Client.PRODUCER);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        KafkaRequests requests = new KafkaRequests(TIMEOUT);
        try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (ProducerRecord<byte[], byte[]> record : records) {
                sent.add(producer.send(record));
            }
            for (Future<RecordMetadata> each : sent) {
                RecordMetadata unused = requests.await(each, "write a command to a sink's control topic");
            }
        }
    }
}
